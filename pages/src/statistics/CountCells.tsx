// The cells that every table of counts has: deliveries, their form over time, what was tried again, what it took, what died.
import type { ReactElement } from 'react';
import type { CountsView } from '../../../src/api/statistics-views.ts';
import { Glyph } from '../ui/Glyph.tsx';
import { countText, latencyText, shareText } from './numbers.ts';
import { Sparkline } from './Sparkline.tsx';

export const cell = 'px-2 first:pl-4 last:pr-4 whitespace-nowrap';
export const headCell = `${cell} h-9 text-left text-[12px] font-medium text-sub`;

/** From this share of attempts on, failing is worth a colour. */
const notableErrors = 0.05;

/** The columns' widths, in the order of the cells. */
export function CountColumns(): ReactElement {
  return (
    <>
      <col className="w-[84px]" />
      <col className="w-[92px] max-lg:hidden" />
      <col className="w-[76px] max-sm:hidden" />
      <col className="w-[84px] max-sm:hidden" />
      <col className="w-[72px]" />
    </>
  );
}

export function CountHeads(): ReactElement {
  return (
    <>
      <th className={`${headCell} text-right!`}>Deliveries</th>
      <th className={`${headCell} max-lg:hidden`}>Over time</th>
      <th className={`${headCell} text-right! max-sm:hidden`}>Failed</th>
      <th className={`${headCell} text-right! max-sm:hidden`}>95 %</th>
      <th className={`${headCell} text-right!`}>Dead</th>
    </>
  );
}

/** Where there is room for more. */
export const moreCell = `${cell} text-right max-xl:hidden`;
const moreHead = `${headCell} text-right! max-xl:hidden`;

/** Of the pages of jobs, which have the room: the slowest of a hundred, and what tells that too many run at once. */
export function LimitColumns(): ReactElement {
  return (
    <>
      <col className="w-[84px] max-xl:hidden" />
      <col className="w-[72px] max-xl:hidden" />
      <col className="w-[96px] max-xl:hidden" />
    </>
  );
}

export function LimitHeads(): ReactElement {
  return (
    <>
      <th className={moreHead} title="99 of 100 attempts ended within">
        99 %
      </th>
      <th className={moreHead} title="Attempts that were answered 429, too many requests">
        429s
      </th>
      <th className={moreHead}>Timed out</th>
    </>
  );
}

export function LimitCells({ counts }: { counts: CountsView }): ReactElement {
  return (
    <>
      <td className={moreCell}>{latencyText(counts.latency.p99Ms)}</td>
      <td className={moreCell}>
        <Amount count={counts.answered429} />
      </td>
      <td className={moreCell}>
        <Amount count={counts.timedOut} />
      </td>
    </>
  );
}

function Amount({ count }: { count: number }): ReactElement {
  return count === 0 ? <span className="text-sub">0</span> : <>{countText(count)}</>;
}

export function CountCells(props: {
  counts: CountsView;
  /** For each step; null where it is not known. */
  overTime: readonly number[] | null;
}): ReactElement {
  const { counts, overTime } = props;
  const isFailing = (counts.errorRate ?? 0) >= notableErrors;
  return (
    <>
      <td className={`${cell} text-right`}>{countText(counts.deliveries)}</td>
      <td className={`${cell} max-lg:hidden`}>
        {overTime !== null && <Sparkline values={overTime} label="Deliveries over time" />}
      </td>
      <td
        className={`${cell} text-right max-sm:hidden ${isFailing ? 'font-medium text-retry' : ''}`}
        title={`${countText(counts.failures)} of ${countText(counts.attempts)} attempts failed`}
      >
        {shareText(counts.errorRate)}
      </td>
      <td className={`${cell} text-right max-sm:hidden`}>{latencyText(counts.latency.p95Ms)}</td>
      <td className={`${cell} text-right`}>
        {counts.deadLetters === 0 ? (
          <span className="text-sub">0</span>
        ) : (
          <span className="inline-flex items-center gap-1 font-semibold text-fail">
            <Glyph tone="fail" size={13} />
            {countText(counts.deadLetters)}
          </span>
        )}
      </td>
    </>
  );
}
