// The busiest triggers, and the jobs that fail most.
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { JobSummary, TriggerSummary } from '../../../src/api/statistics-views.ts';
import { cell, CountCells, CountColumns, CountHeads, headCell } from '../statistics/CountCells.tsx';
import type { Range } from '../statistics/ranges.ts';
import { HrefLink } from '../ui/HrefLink.tsx';
import { Card, Nothing } from '../ui/Page.tsx';

function Table(props: { name: string; what: string; children: ReactNode }): ReactElement {
  return (
    <table className="w-full table-fixed border-collapse" aria-label={props.name}>
      <colgroup>
        <col />
        <CountColumns />
      </colgroup>
      <thead>
        <tr className="border-b border-hair">
          <th className={headCell}>{props.what}</th>
          <CountHeads />
        </tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  );
}

const row = 'h-9 border-b border-hair last:border-b-0';

export function Triggers({ triggers }: { triggers: readonly TriggerSummary[] }): ReactElement {
  return (
    <Card title="Triggers" hint="what delivers most">
      {triggers.length === 0 ? (
        <Nothing>No event arrived from a trigger in this range.</Nothing>
      ) : (
        <Table name="Triggers" what="Trigger">
          {triggers.map((trigger) => (
            <tr key={`${trigger.source} ${trigger.trigger}`} className={row}>
              <th scope="row" className={`${cell} truncate text-left font-semibold`}>
                <HrefLink
                  href={`/cascades?trigger=${encodeURIComponent(trigger.trigger)}`}
                  className="rounded hover:underline"
                >
                  {trigger.trigger}
                </HrefLink>{' '}
                <span className="font-normal text-sub max-sm:hidden">{trigger.source}</span>
              </th>
              <CountCells counts={trigger} overTime={trigger.deliveriesOverTime} />
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

export function FailingJobs(props: { jobs: readonly JobSummary[]; range: Range }): ReactElement {
  const { jobs, range } = props;
  const search = { range };
  return (
    <Card
      title="Jobs that fail"
      hint="most often first"
      aside={
        <Link to="/jobs" search={search} className="link">
          All jobs
        </Link>
      }
    >
      {jobs.length === 0 ? (
        <Nothing>No attempt failed in this range.</Nothing>
      ) : (
        <Table name="Jobs that fail" what="Job">
          {jobs.map(({ source, job, ...counts }) => (
            <tr key={`${source} ${job}`} className={row}>
              <th scope="row" className={`${cell} truncate text-left font-semibold`}>
                <Link
                  to="/jobs/$source/$job"
                  params={{ source, job }}
                  search={search}
                  className="rounded hover:underline"
                >
                  {job}
                </Link>{' '}
                <span className="font-normal text-sub max-sm:hidden">{source}</span>
              </th>
              <CountCells counts={counts} overTime={counts.deliveriesOverTime} />
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
