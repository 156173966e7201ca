// Deliveries by outcome over time.
import { useMemo, type ReactElement } from 'react';
import type { StepView } from '../../../src/api/statistics-views.ts';
import { totalOf } from '../chart/stack.ts';
import { ChartCard, type Zoom } from './ChartCard.tsx';
import { useChanges } from './changes.ts';
import { countText } from './numbers.ts';
import { stepsOf, stepText } from './ranges.ts';
import { useCloserSteps } from './use-closer-steps.ts';

export function DeliveriesOverTime(props: {
  steps: readonly StepView[];
  bucketMs: number;
  zoom: Zoom;
  /** Filters of the list of cascades that it is about; without them all. */
  cascadesOf?: Readonly<{ source: string; job: string }>;
}): ReactElement {
  const { zoom, cascadesOf = {} } = props;
  const { steps: told, bucketMs } = useCloserSteps(props, zoom.asked, cascadesOf);
  const slots = useMemo(
    () =>
      told.map((step) => ({
        atMs: Date.parse(step.from),
        first: step.deliveredFirst,
        retried: step.deliveredLater,
        failed: step.deadLetters,
      })),
    [told],
  );
  const markers = useChanges();
  const steps = useMemo(() => stepsOf(told, bucketMs), [told, bucketMs]);
  const whole = stepsOf(props.steps, props.bucketMs);
  const drawing = useMemo(() => ({ kind: 'bars', slots }) as const, [slots]);
  const text = (index: number, part: 'first' | 'retried' | 'failed'): string =>
    countText(slots[index]?.[part] ?? 0);
  return (
    <ChartCard
      markers={markers}
      title={`Deliveries every ${stepText(bucketMs)}`}
      steps={steps}
      whole={whole}
      drawing={drawing}
      valueText={countText}
      columns={[
        { name: 'first attempt', colour: 'bg-(--tl-bar-ok)', textOf: (at) => text(at, 'first') },
        {
          name: 'after a retry',
          colour: 'bg-(--tl-bar-retry)',
          textOf: (at) => text(at, 'retried'),
        },
        { name: 'dead letter', colour: 'bg-(--tl-bar-fail)', textOf: (at) => text(at, 'failed') },
      ]}
      isTold={(index) => {
        const slot = slots[index];
        return slot !== undefined && totalOf(slot) > 0;
      }}
      nothing="Nothing was delivered and nothing was given up in this range."
      zoom={zoom}
      cascadesOf={cascadesOf}
    />
  );
}
