// The table of cascades, and its skeleton with the same geometry.
import type { ReactElement, ReactNode } from 'react';
import type { TraceSummary } from '../../../src/api/views.ts';
import { CascadeRow, cell } from './CascadeRow.tsx';

const head = `${cell} h-9 text-left text-[12px] font-medium text-sub`;

function Table({ children }: { children: ReactNode }): ReactElement {
  return (
    <table
      className="w-full flex-none table-fixed border-collapse"
      aria-label="Cascades, newest first"
    >
      <colgroup>
        <col className="w-[104px] max-sm:w-[92px]" />
        <col className="w-[22%] max-md:hidden" />
        <col />
        <col className="w-[84px] max-lg:hidden" />
        <col className="w-[68px] max-lg:hidden" />
        <col className="w-[84px] max-lg:hidden" />
        <col className="w-[96px] max-sm:hidden" />
        <col className="w-[168px] max-sm:w-[112px]" />
      </colgroup>
      <thead className="sticky top-0 z-1 bg-base shadow-[0_1px_0_var(--tl-line)]">
        <tr>
          <th className={head}>Time</th>
          <th className={`${head} max-md:hidden`}>Actor</th>
          <th className={head}>Change</th>
          <th className={`${head} max-lg:hidden`}>Shape</th>
          <th className={`${head} text-right! max-lg:hidden`}>Hops</th>
          <th className={`${head} text-right! max-lg:hidden`}>Attempts</th>
          <th className={`${head} text-right! max-sm:hidden`}>Duration</th>
          <th className={head}>Outcome</th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

export function CascadesTable({ traces }: { traces: readonly TraceSummary[] }): ReactElement {
  return (
    <Table>
      {traces.map((trace) => (
        <CascadeRow key={trace.id} trace={trace} />
      ))}
    </Table>
  );
}

const skeletonRows = Array.from({ length: 12 }, (_, row) => row);
const skeletonCells = [
  { column: 'time', width: '56px', hidden: '' },
  { column: 'actor', width: '70%', hidden: 'max-md:hidden' },
  { column: 'change', width: '62%', hidden: '' },
  { column: 'shape', width: '48px', hidden: 'max-lg:hidden' },
  { column: 'hops', width: '20px', hidden: 'max-lg:hidden' },
  { column: 'attempts', width: '20px', hidden: 'max-lg:hidden' },
  { column: 'duration', width: '44px', hidden: 'max-sm:hidden' },
  { column: 'outcome', width: '72px', hidden: '' },
];

/** Appears after 150 ms, so that a quick answer never flashes it. */
export function TableSkeleton(): ReactElement {
  return (
    <div aria-busy="true" className="animate-[appear-late_1ms_150ms_both]">
      <span className="sr-only">Loading cascades</span>
      <Table>
        {skeletonRows.map((row) => (
          <tr key={row} className="h-9 border-b border-hair">
            {skeletonCells.map(({ column, width, hidden }) => (
              <td key={column} aria-label={`${column} is loading`} className={`${cell} ${hidden}`}>
                <div className="skeleton-bar h-3" style={{ width }} />
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </div>
  );
}
