// How long attempts took over time: half of them, 95 and 99 of a hundred.
import { useMemo, type ReactElement } from 'react';
import type { StepView } from '../../../src/api/statistics-views.ts';
import { ChartCard, type Zoom } from './ChartCard.tsx';
import { useChanges } from './changes.ts';
import { latencyText } from './numbers.ts';
import { stepsOf, stepText } from './ranges.ts';
import { useCloserSteps } from './use-closer-steps.ts';

export function LatencyOverTime(props: {
  steps: readonly StepView[];
  bucketMs: number;
  zoom: Zoom;
  cascadesOf: Readonly<{ source: string; job: string }>;
}): ReactElement {
  const { steps: told, bucketMs } = useCloserSteps(props, props.zoom.asked, props.cascadesOf);
  const markers = useChanges();
  const steps = useMemo(() => stepsOf(told, bucketMs), [told, bucketMs]);
  const whole = stepsOf(props.steps, props.bucketMs);
  const drawing = useMemo(
    () =>
      ({
        kind: 'lines',
        lines: [
          { colour: 'run', values: told.map(({ p50Ms }) => p50Ms) },
          { colour: 'ink', values: told.map(({ p95Ms }) => p95Ms) },
          { colour: 'wire', values: told.map(({ p99Ms }) => p99Ms) },
        ],
      }) as const,
    [told],
  );
  const text = (index: number, part: 'p50Ms' | 'p95Ms' | 'p99Ms'): string =>
    latencyText(told[index]?.[part] ?? null);
  return (
    <ChartCard
      markers={markers}
      title={`Answers within, every ${stepText(bucketMs)}`}
      steps={steps}
      whole={whole}
      drawing={drawing}
      valueText={latencyText}
      columns={[
        { name: 'half', colour: 'bg-run', textOf: (at) => text(at, 'p50Ms') },
        { name: '95 %', colour: 'bg-ink', textOf: (at) => text(at, 'p95Ms') },
        { name: '99 %', colour: 'bg-wire', textOf: (at) => text(at, 'p99Ms') },
      ]}
      isTold={(index) => (told[index]?.p50Ms ?? null) !== null}
      nothing="No attempt ended in this range."
      zoom={props.zoom}
      cascadesOf={props.cascadesOf}
    />
  );
}
