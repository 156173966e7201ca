// All jobs that something was delivered to, what fails most often first. A job's name leads to its page.
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { JobList } from '../../../src/api/statistics-views.ts';
import {
  cell,
  CountCells,
  CountColumns,
  CountHeads,
  headCell,
  LimitCells,
  LimitColumns,
  LimitHeads,
  moreCell,
} from '../statistics/CountCells.tsx';
import type { Range } from '../statistics/ranges.ts';
import { Nothing } from '../ui/Page.tsx';
import { atOnceText, isNearLimit } from './at-once.ts';

const row = 'h-9 border-b border-hair last:border-b-0 hover:bg-recess';

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
        <LimitColumns />
        <col className="w-[104px] max-xl:hidden" />
      </colgroup>
      <thead>
        <tr className="border-b border-line">
          <th className={headCell}>Job</th>
          <CountHeads />
          <LimitHeads />
          <th
            className={`${headCell} text-right! max-xl:hidden`}
            title="How many attempts were under way at once, at most, of how many the platform allows"
          >
            At once
          </th>
        </tr>
      </thead>
      <tbody>
        {jobs.map(({ source, job, peak, concurrencyLimit, deliveriesOverTime, ...counts }) => (
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
            <LimitCells counts={counts} />
            <td
              className={`${moreCell} ${isNearLimit({ peak, concurrencyLimit }) ? 'font-medium text-retry' : ''}`}
            >
              {atOnceText({ peak, concurrencyLimit })}
            </td>
          </tr>
        ))}
        {others !== null && (
          <tr className={row}>
            <th scope="row" className={`${cell} truncate text-left font-normal text-sub`}>
              others, counted together
            </th>
            <CountCells counts={others} overTime={null} />
            <LimitCells counts={others} />
            <td className={moreCell}>–</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}
