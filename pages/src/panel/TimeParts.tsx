// Where a delivery's time went, as bars with their words.
import type { ReactElement } from 'react';
import { formatSpan } from '../time/format.ts';
import type { TimePart } from './timing.ts';

const fill: Record<TimePart['kind'], string> = {
  arriving: 'bg-wire',
  before: 'bg-wire',
  attempt: 'bg-run',
  waiting: 'bg-retry',
};

const shownMost = 24;

export function TimeParts({ parts }: { parts: readonly TimePart[] }): ReactElement | null {
  if (parts.length === 0) return null;
  const longestMs = Math.max(1, ...parts.map(({ ms }) => ms));
  const shown = parts.slice(0, shownMost);
  return (
    <section aria-label="Where the time went" className="border-b border-hair px-4 py-2.5">
      <h3 className="mb-1 text-[12px] leading-4 font-semibold">Where the time went</h3>
      <ul className="text-[12px] leading-[18px]">
        {shown.map(({ kind, label, ms }) => (
          <li
            key={label}
            className="grid grid-cols-[minmax(0,11rem)_minmax(0,1fr)_72px] items-center gap-2"
          >
            <span className="truncate text-sub" title={label}>
              {label}
            </span>
            <span aria-hidden="true" className="h-1.5 rounded-full bg-tint">
              <span
                className={`block h-full min-w-[3px] rounded-full ${fill[kind]}`}
                style={{ width: `${(Math.max(0, ms) / longestMs) * 100}%` }}
              />
            </span>
            <span className="text-right">{formatSpan(ms)}</span>
          </li>
        ))}
      </ul>
      {parts.length > shownMost && (
        <p className="text-[12px] text-sub">and {parts.length - shownMost} more parts</p>
      )}
      {parts.some(({ ms }) => ms < 0) && (
        <p className="mt-1 text-[12px] text-sub">
          ± is what cannot be: the clocks of the database and the edge differ by at least that.
        </p>
      )}
    </section>
  );
}
