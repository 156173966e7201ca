// Deliveries by outcome over time: the heading says of what, the bars are drawn, the table is read aloud.
import { useMemo, type ReactElement } from 'react';
import type { StepView } from '../../../src/api/statistics-views.ts';
import type { Slot } from '../chart/stack.ts';
import { useZone } from '../time/clock.ts';
import { formatClock, formatDay, type Zone } from '../time/format.ts';
import { Card } from '../ui/Page.tsx';
import { countText } from './numbers.ts';
import { OutcomeBars } from './OutcomeBars.tsx';
import { stepText } from './ranges.ts';

type Step = Pick<StepView, 'from' | 'deliveredFirst' | 'deliveredLater' | 'deadLetters'>;

const heightPx = 168;

const keys = [
  { word: 'first attempt', colour: 'bg-(--tl-bar-ok)' },
  { word: 'after a retry', colour: 'bg-(--tl-bar-retry)' },
  { word: 'dead letter', colour: 'bg-(--tl-bar-fail)' },
] as const;

/** "14:00", "24 Nov 14:00", "24 Nov": as exact as a step is. */
function stepName(atMs: number, stepMs: number, zone: Zone): string {
  const day = formatDay(atMs, zone).replace(/ \d+$/, '');
  if (stepMs >= 86_400_000) return day;
  return `${day} ${formatClock(atMs, zone, false).slice(0, 5)}`;
}

function wordsOf(slot: Slot): string {
  const parts = [
    `${countText(slot.first)} at once`,
    `${countText(slot.retried)} after a retry`,
    `${countText(slot.failed)} dead`,
  ];
  return parts.join(', ');
}

export function DeliveriesOverTime(props: {
  steps: readonly Step[];
  bucketMs: number;
}): ReactElement {
  const { steps, bucketMs } = props;
  const { zone } = useZone();
  const slots = useMemo(
    () =>
      steps.map((step) => ({
        atMs: Date.parse(step.from),
        first: step.deliveredFirst,
        retried: step.deliveredLater,
        failed: step.deadLetters,
      })),
    [steps],
  );
  const title = `Deliveries every ${stepText(bucketMs)}`;
  const told = slots.filter(({ first, retried, failed }) => first + retried + failed > 0);
  return (
    <Card
      title={title}
      aside={
        <span className="flex flex-wrap gap-x-4 gap-y-0.5 text-[12px] text-sub" aria-hidden="true">
          {keys.map(({ word, colour }) => (
            <span key={word} className="flex items-center gap-1.5">
              <span className={`size-2.5 rounded-xs ${colour}`} />
              {word}
            </span>
          ))}
        </span>
      }
    >
      <div className="px-4 pt-2 pb-3">
        <OutcomeBars
          slots={slots}
          heightPx={heightPx}
          titleOf={(slot) => `${stepName(slot.atMs, bucketMs, zone)}: ${wordsOf(slot)}`}
        />
        <p
          className="flex justify-between pt-1.5 text-[11px] leading-[15px] text-sub"
          aria-hidden="true"
        >
          {[slots[0], slots.at(-1)].map((slot, end) => (
            <span key={end === 0 ? 'first' : 'last'}>
              {slot === undefined ? '' : stepName(slot.atMs, bucketMs, zone)}
            </span>
          ))}
        </p>
        <table className="sr-only">
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              {keys.map(({ word }) => (
                <th key={word} scope="col">
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.map((slot) => (
              <tr key={slot.atMs}>
                <th scope="row">{stepName(slot.atMs, bucketMs, zone)}</th>
                <td>{slot.first}</td>
                <td>{slot.retried}</td>
                <td>{slot.failed}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
