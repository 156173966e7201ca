// Covered events over time, one bar for each hour or day: how high says how many, the hatched top is not covered.
import type { ReactElement } from 'react';
import type { CoverageView } from '../../../src/api/coverage-views.ts';
import { useZone } from '../time/clock.ts';
import { formatClock, formatDay } from '../time/format.ts';
import { everySlot, isHourly, percentText } from './shares.ts';

const heightPx = 72;
/** A gap is never invisible. */
const leastPx = 4;

export function OverTime({ view }: { view: CoverageView }): ReactElement {
  const { zone } = useZone();
  const slots = everySlot(view);
  const most = Math.max(1, ...slots.map(({ events }) => events));
  const hourly = isHourly(view);
  const nameOf = (at: string): string => {
    const atMs = Date.parse(at);
    return hourly ? formatClock(atMs, zone, false).slice(0, 5) : formatDay(atMs, zone);
  };
  const first = slots[0];
  const last = slots.at(-1);
  return (
    <figure className="m-0 flex min-w-0 flex-col gap-1.5">
      <div
        aria-hidden="true"
        className="flex items-end gap-px border-b border-line"
        style={{ height: heightPx }}
      >
        {slots.map((slot) => {
          const gap = slot.events - slot.covered;
          const scale = (heightPx - leastPx) / most;
          const gapPx = gap === 0 ? 0 : Math.max(leastPx, gap * scale);
          const coveredPx = slot.covered === 0 ? 0 : Math.max(2, slot.covered * scale);
          const share = slot.events === 0 ? null : slot.covered / slot.events;
          return (
            <span
              key={slot.from}
              title={`${nameOf(slot.from)}: ${slot.covered} of ${slot.events} (${percentText(share)})`}
              className="flex min-w-0 flex-1 flex-col justify-end self-stretch hover:bg-tint"
            >
              <span className="tl-gap block" style={{ height: gapPx }} />
              <span className="block bg-wire" style={{ height: coveredPx }} />
            </span>
          );
        })}
      </div>
      <figcaption className="flex justify-between text-[11px] leading-[15px] text-sub">
        <span className="sr-only">
          Coverage by the {hourly ? 'hour' : 'day'}:{' '}
          {slots
            .filter(({ events }) => events > 0)
            .map((slot) => `${nameOf(slot.from)} ${slot.covered} of ${slot.events}`)
            .join(', ')}
        </span>
        <span>{first === undefined ? '' : nameOf(first.from)}</span>
        <span className="flex items-center gap-3">
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-xs bg-wire" aria-hidden="true" /> covered
          </span>
          <span className="flex items-center gap-1.5">
            <span className="tl-gap size-2.5 rounded-xs" aria-hidden="true" /> not covered
          </span>
        </span>
        <span>{last === undefined ? '' : nameOf(last.from)}</span>
      </figcaption>
    </figure>
  );
}
