// One column's values over time as a strip: each as wide as it stood, with who wrote it. The timeline below says the rest.
import type { ReactElement } from 'react';
import type { RowChangeView } from '../../../src/api/views.ts';
import { useNow, useZone } from '../time/clock.ts';
import { formatDay, formatClock, formatSpan } from '../time/format.ts';
import { Card } from '../ui/Page.tsx';
import { RowValue } from '../ui/RowValue.tsx';
import { writerOf } from './history.ts';
import { valuesOf, widthsOf, type Stood } from './values.ts';

/** Of the whole; a value that stood for a moment is to be seen too. */
const least = 0.06;

function writtenBy({ change, isUnseen }: Stood): string {
  if (change !== null) return writerOf(change).name;
  return isUnseen ? 'nobody saw who wrote it' : 'before the first recorded change';
}

export function ValueStrip(props: {
  changes: readonly RowChangeView[];
  column: string;
}): ReactElement | null {
  const { column } = props;
  const { zone } = useZone();
  const nowMs = useNow(10_000);
  const values = valuesOf(props.changes, column);
  if (values.length === 0) return null;
  const widths = widthsOf(values, nowMs, least);
  const when = (ms: number): string => `${formatDay(ms, zone)} ${formatClock(ms, zone, false)}`;
  return (
    <Card title={`${column} over time`} hint="the oldest first, wider the longer it stood">
      <ol aria-label={`Values of ${column}, the oldest first`} className="flex flex-wrap gap-y-px">
        {values.map((stood, index) => {
          const { value, change, isUnseen, fromMs, untilMs } = stood;
          const isDeleted = change?.op === 'DELETE';
          return (
            <li
              key={`${fromMs} ${untilMs} ${String(isUnseen)}`}
              className={`flex min-w-[164px] flex-col gap-0.5 border-r border-b-2 border-r-hair px-4 py-2 text-[12px] leading-[17px] last:border-r-0 ${isUnseen ? 'border-b-retry' : untilMs === null ? 'border-b-ink' : 'border-b-wire'}`}
              style={{ flex: `${widths[index] ?? 0} 1 0` }}
            >
              <span className="font-mono font-medium wrap-anywhere">
                {isDeleted ? <span className="text-sub">deleted</span> : <RowValue value={value} />}
              </span>
              <span className="wrap-anywhere">{writtenBy(stood)}</span>
              <span className="text-sub">
                {fromMs === null ? 'until ' : ''}
                {fromMs === null && untilMs !== null ? when(untilMs) : ''}
                {fromMs !== null && when(fromMs)}
                {fromMs !== null &&
                  (untilMs === null ? ', stands' : `, for ${formatSpan(untilMs - fromMs)}`)}
              </span>
            </li>
          );
        })}
      </ol>
    </Card>
  );
}
