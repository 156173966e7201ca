// For every column the last change: what it is now, who made it so, when, and who began what led to it.
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Glyph } from '../ui/Glyph.tsx';
import { Ago, Moment } from '../ui/Moment.tsx';
import { RowValue } from '../ui/RowValue.tsx';
import { originOf, writerOf, type Blame } from './history.ts';

const head = 'h-9 px-3 text-left text-[12px] font-medium text-sub first:pl-4 last:pr-4';
const cell = 'px-3 py-2 align-top first:pl-4 last:pr-4';

function Who({ blame }: { blame: Blame }): ReactElement {
  const { change, between, isDoubtful } = blame;
  if (change === null) {
    return (
      <span className="flex flex-wrap items-center gap-x-1.5">
        <Glyph tone="wait" size={13} />
        Unknown
        {between !== null && (
          <span className="text-[12px] text-sub">
            between <Moment at={between.from} /> and <Moment at={between.until} />
          </span>
        )}
      </span>
    );
  }
  return (
    <>
      <span className="font-medium wrap-anywhere">{writerOf(change).name}</span>
      {change.cause?.evidence === 'weak' && (
        <span className="text-[12px] text-retry" title={change.cause.reason}>
          {' '}
          by a weak link
        </span>
      )}
      {isDoubtful && (
        <span className="block text-[12px] text-sub">
          or a later change whose columns are not known
        </span>
      )}
    </>
  );
}

export function BlameTable({ blames }: { blames: readonly Blame[] }): ReactElement {
  return (
    <div className="overflow-x-auto rounded-[10px] border border-line bg-base">
      <table
        className="w-full min-w-[640px] table-fixed"
        aria-label="The last change of each column"
      >
        <thead className="shadow-[0_1px_0_var(--tl-line)]">
          <tr>
            <th className={`${head} w-[18%]`}>Column</th>
            <th className={`${head} w-[26%]`}>Value</th>
            <th className={`${head} w-[22%]`}>Last changed by</th>
            <th className={`${head} w-[20%]`}>Begun by</th>
            <th className={`${head} w-[14%]`}>When</th>
          </tr>
        </thead>
        <tbody>
          {blames.map((blame) => {
            const { column, value, change } = blame;
            return (
              <tr key={column} className="border-b border-hair last:border-b-0">
                <th scope="row" className={`${cell} text-left font-semibold wrap-anywhere`}>
                  {column}
                </th>
                <td className={`${cell} font-mono text-[11.5px] wrap-anywhere`}>
                  {change?.op === 'DELETE' ? (
                    <span className="font-sans text-sub">deleted</span>
                  ) : (
                    <RowValue value={value} />
                  )}
                </td>
                <td className={cell}>
                  <Who blame={blame} />
                </td>
                <td className={`${cell} wrap-anywhere`}>
                  {change === null ? <span className="text-sub">unknown</span> : originOf(change)}
                </td>
                <td className={cell}>
                  {change !== null && (
                    <Link
                      to="/c/$traceId"
                      params={{ traceId: change.cascadeId }}
                      search={{ sel: change.eventId }}
                      className="link"
                    >
                      <Ago at={change.createdAt} />
                      <span className="sr-only">, open the change of {column} in its cascade</span>
                    </Link>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
