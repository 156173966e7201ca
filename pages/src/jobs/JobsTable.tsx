// All jobs that something was delivered to, what fails most often first. A job's name leads to its page.
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { JobList } from '../../../src/api/statistics-views.ts';
import { cell, CountCells, CountColumns, CountHeads, headCell } from '../statistics/CountCells.tsx';
import { countText } from '../statistics/numbers.ts';
import type { Range } from '../statistics/ranges.ts';
import { Nothing } from '../ui/Page.tsx';

const more = `${cell} text-right max-xl:hidden`;
const row = 'h-9 border-b border-hair last:border-b-0 hover:bg-recess';

function Amount({ count }: { count: number }): ReactElement {
  return count === 0 ? <span className="text-sub">0</span> : <>{countText(count)}</>;
}

export function JobsTable(props: { list: JobList; range: Range | undefined }): ReactElement {
  const { jobs, others } = props.list;
  if (jobs.length === 0) {
    return (
      <Nothing>
        Nothing was delivered to any job in this range. Choose a longer one, or look at the cascades
        for what has arrived.
      </Nothing>
    );
  }
  return (
    <table className="w-full table-fixed border-collapse" aria-label="Jobs">
      <colgroup>
        <col />
        <CountColumns />
        <col className="w-[80px] max-xl:hidden" />
        <col className="w-[72px] max-xl:hidden" />
        <col className="w-[96px] max-xl:hidden" />
      </colgroup>
      <thead>
        <tr className="border-b border-line">
          <th className={headCell}>Job</th>
          <CountHeads />
          <th
            className={`${headCell} text-right! max-xl:hidden`}
            title="How many attempts were under way at once, at most"
          >
            At once
          </th>
          <th
            className={`${headCell} text-right! max-xl:hidden`}
            title="Attempts that were answered 429, too many requests"
          >
            429s
          </th>
          <th className={`${headCell} text-right! max-xl:hidden`}>Timed out</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map(({ source, job, peak, deliveriesOverTime, ...counts }) => (
          <tr key={`${source} ${job}`} className={row}>
            <th scope="row" className={`${cell} truncate text-left font-semibold`}>
              <Link
                to="/jobs/$source/$job"
                params={{ source, job }}
                search={props.range === undefined ? {} : { range: props.range }}
                className="rounded hover:underline"
              >
                {job}
              </Link>{' '}
              <span className="font-normal text-sub max-sm:hidden">{source}</span>
            </th>
            <CountCells counts={counts} overTime={deliveriesOverTime} />
            <td className={more}>{peak === null ? '–' : countText(peak)}</td>
            <td className={more}>
              <Amount count={counts.answered429} />
            </td>
            <td className={more}>
              <Amount count={counts.timedOut} />
            </td>
          </tr>
        ))}
        {others !== null && (
          <tr className={row}>
            <th scope="row" className={`${cell} truncate text-left font-normal text-sub`}>
              others, counted together
            </th>
            <CountCells counts={others} overTime={null} />
            <td className={more}>–</td>
            <td className={more}>
              <Amount count={others.answered429} />
            </td>
            <td className={more}>
              <Amount count={others.timedOut} />
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
