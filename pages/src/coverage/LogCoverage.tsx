// Whether the logs of the jobs that ran lately carry their correlation IDs, and where to look if they do not.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { LogCoverageView } from '../../../src/api/log-views.ts';
import { readLogCoverage } from '../api/client.ts';
import { Status } from '../ui/Glyph.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';
import type { Outcome } from '../words/outcome.ts';

type Job = LogCoverageView['jobs'][number];

const states: Record<Job['state'], Outcome> = {
  carries: { tone: 'ok', word: 'Carry the ID' },
  partly: { tone: 'retry', word: 'Some carry the ID' },
  silent: { tone: 'fail', word: 'No line with the ID' },
  unknown: { tone: 'wait', word: 'Not known' },
};

function JobRow({ job }: { job: Job }): ReactElement {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 border-b border-hair px-4 py-2.5 last:border-b-0 md:grid-cols-[minmax(0,1fr)_170px_220px_auto]">
      <span className="min-w-0 truncate">
        <b className="font-semibold">{job.name}</b> <span className="text-sub">{job.source}</span>
      </span>
      <Status {...states[job.state]} />
      <span className="text-[12px] text-sub">
        {job.state === 'unknown'
          ? ''
          : `${job.withLines} of ${job.deliveries === 1 ? 'its last delivery' : `its last ${job.deliveries} deliveries`}`}
      </span>
      <Link
        to="/c/$traceId"
        params={{ traceId: job.example.traceId }}
        search={{ sel: job.example.deliveryId, tab: 'logs' }}
        className="link text-[12px]"
      >
        Look at one<span className="sr-only"> of {job.name}</span>
      </Link>
    </li>
  );
}

export function LogCoverage(): ReactElement {
  const query = useQuery({
    queryKey: ['coverage', 'logs'],
    queryFn: ({ signal }) => readLogCoverage(signal),
    refetchInterval: 60_000,
  });
  const view = query.data;
  return (
    <Card title="Logs" hint="whether the lines of the latest deliveries carry their correlation ID">
      {query.isPending && <RowsSkeleton rows={3} what="which logs carry IDs" />}
      {query.isError && view === undefined && (
        <ProblemNotice error={query.error} what="Logs" onRetry={() => void query.refetch()} />
      )}
      {view !== undefined && view.offline !== null && (
        <p className="border-b border-hair px-4 py-2.5 text-fail">
          {view.source} could not be asked: {view.offline.detail}
        </p>
      )}
      {view?.jobs.length === 0 && (
        <Nothing>No job has run lately, so there are no logs to look at.</Nothing>
      )}
      <ul>
        {view?.jobs.map((job) => (
          <JobRow key={`${job.source} ${job.name}`} job={job} />
        ))}
      </ul>
      {view?.jobs.some(({ state }) => state === 'silent' || state === 'partly') === true && (
        <p className="border-t border-hair px-4 py-2.5 text-[12px] text-sub">
          Give the lines of these jobs the structured metadata <code>correlation_id</code>:{' '}
          <code>docs/log-labels.md</code> says how, for each kind of log shipper.
        </p>
      )}
    </Card>
  );
}
