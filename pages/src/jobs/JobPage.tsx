// One job: how much, how well and how fast, who calls it, what it writes, where it is, what failed last.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { JobDetail } from '../../../src/api/statistics-views.ts';
import { jobQuery } from '../api/statistics.ts';
import { isMissing } from '../api/http.ts';
import { cell, CountCells, CountColumns, CountHeads, headCell } from '../statistics/CountCells.tsx';
import { DeliveriesOverTime } from '../statistics/DeliveriesOverTime.tsx';
import { FigureStrip, FigureStripSkeleton } from '../statistics/FigureStrip.tsx';
import { countText, latencyText } from '../statistics/numbers.ts';
import { RangeChoice } from '../statistics/RangeChoice.tsx';
import { LatencyOverTime } from '../statistics/LatencyOverTime.tsx';
import type { Zoom } from '../statistics/ChartCard.tsx';
import { defaultRange, withoutZoom, zoomOf, zoomSearch } from '../statistics/ranges.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { Status } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { Ago } from '../ui/Moment.tsx';
import { Notice, ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, Page, RowsSkeleton } from '../ui/Page.tsx';
import { attemptOutcome } from '../words/outcome.ts';
import { DestinationsTable } from './DestinationsTable.tsx';
import { jobFigureNames, jobFiguresOf } from './figures.ts';

type AttemptSummary = JobDetail['lastFailures'][number];
type NamedBy = NonNullable<JobDetail['actors'][number]['namedBy']>;

/** Who wrote the row that led to a delivery. */
const actorWords: Record<NamedBy, string> = {
  user: 'a person',
  declared: 'a declared action',
  hop: 'another job',
  carried: 'an old cause carried on',
  unattributed: 'nobody named',
  legacy: 'a bare id',
  unknown: 'an unknown actor',
};

function Callers({ callers }: { callers: JobDetail['callers'] }): ReactElement {
  return (
    <Card title="Callers" hint="the triggers whose events are delivered to it">
      {callers.length === 0 ? (
        <Nothing>Nothing was delivered to it in this range.</Nothing>
      ) : (
        <table className="w-full table-fixed border-collapse" aria-label="Callers">
          <colgroup>
            <col />
            <CountColumns />
          </colgroup>
          <thead>
            <tr className="border-b border-hair">
              <th className={headCell}>Trigger</th>
              <CountHeads />
            </tr>
          </thead>
          <tbody>
            {callers.map(({ trigger, deliveriesOverTime, ...counts }) => (
              <tr key={trigger ?? ''} className="h-9 border-b border-hair last:border-b-0">
                <th scope="row" className={`${cell} truncate text-left font-semibold`}>
                  {trigger ?? 'webhook'}
                </th>
                <CountCells counts={counts} overTime={deliveriesOverTime} />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Counted(props: {
  title: string;
  hint: string;
  nothing: string;
  rows: readonly { name: ReactElement | string; key: string; count: number }[];
}): ReactElement {
  return (
    <Card title={props.title} hint={props.hint}>
      {props.rows.length === 0 ? (
        <Nothing>{props.nothing}</Nothing>
      ) : (
        <ul aria-label={props.title}>
          {props.rows.map(({ key, name, count }) => (
            <li
              key={key}
              className="flex h-9 items-center justify-between gap-3 border-b border-hair px-4 last:border-b-0"
            >
              <span className="flex min-w-0 items-center gap-1.5 truncate">{name}</span>
              <span>{countText(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Attempts(props: {
  title: string;
  hint: string;
  nothing: string;
  attempts: readonly AttemptSummary[];
}): ReactElement {
  return (
    <Card title={props.title} hint={props.hint}>
      {props.attempts.length === 0 ? (
        <Nothing>{props.nothing}</Nothing>
      ) : (
        <ul aria-label={props.title}>
          {props.attempts.map((attempt) => (
            <li
              key={`${attempt.deliveryId} ${attempt.startedAt}`}
              className="relative border-b border-hair last:border-b-0 hover:bg-recess"
            >
              <Link
                to="/c/$traceId"
                params={{ traceId: attempt.traceId }}
                search={{ sel: attempt.deliveryId }}
                className="grid grid-cols-[96px_minmax(0,1fr)_auto] items-center gap-x-3 px-4 py-2 -outline-offset-2"
              >
                <span className="text-[12px] text-sub">
                  <Ago at={attempt.startedAt} />
                </span>
                <span className="min-w-0">
                  <Status {...attemptOutcome(attempt)} />
                  {attempt.error !== null && (
                    <span className="block truncate text-[12px] text-sub" title={attempt.error}>
                      {attempt.error}
                    </span>
                  )}
                </span>
                <span>{latencyText(attempt.durationMs)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Detail({ detail, zoom }: { detail: JobDetail; zoom: Zoom }): ReactElement {
  const { source, job, overTime, bucketMs } = detail;
  const over = { steps: overTime, bucketMs, zoom, cascadesOf: { source, job } };
  const latest = `of the latest ${countText(detail.latestDeliveries)} deliveries`;
  return (
    <>
      <FigureStrip figures={jobFiguresOf(detail)} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <DeliveriesOverTime {...over} />
        <LatencyOverTime {...over} />
      </div>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Attempts
          title="Last failures"
          hint={latest}
          nothing="None of the latest deliveries failed."
          attempts={detail.lastFailures}
        />
        <Attempts
          title="Slowest"
          hint={latest}
          nothing="Nothing was delivered lately."
          attempts={detail.slowest}
        />
      </div>
      <Callers callers={detail.callers} />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Counted
          title="Rows touched"
          hint={`events that it caused for certain, ${latest}`}
          nothing="It wrote no row that an event trigger listens to, as far as is certain."
          rows={detail.tables.map(({ schema, name, events }) => ({
            key: `${schema}.${name}`,
            count: events,
            name: (
              <>
                <span className="text-sub">
                  <KindIcon kind="table" />
                </span>
                {schema === 'public' ? name : `${schema}.${name}`}
              </>
            ),
          }))}
        />
        <Counted
          title="Who began it"
          hint="who wrote the rows that led to it"
          nothing="Nothing was delivered to it in this range."
          rows={detail.actors.map(({ namedBy, deliveries }) => ({
            key: namedBy ?? '',
            count: deliveries,
            name: namedBy === null ? 'no row: a webhook' : actorWords[namedBy],
          }))}
        />
      </div>
      <Card title="Destinations" count={detail.destinations.length}>
        <DestinationsTable
          destinations={detail.destinations}
          others={null}
          circuitsAreKnown={detail.circuitsAreKnown}
        />
      </Card>
    </>
  );
}

export function JobPage(): ReactElement {
  const { source, job } = useParams({ from: '/jobs/$source/$job' });
  const search = useSearch({ from: '/jobs/$source/$job' });
  const navigate = useNavigate({ from: '/jobs/$source/$job' });
  const range = search.range ?? defaultRange;
  const query = useQuery(jobQuery(source, job, range));
  const { data, error } = query;
  const isUnknown = isMissing(error);
  return (
    <Page
      title={job}
      crumbs={
        <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-2.5">
          <Link to="/jobs" search={withoutZoom(search)} className="rounded text-sub hover:text-ink">
            Jobs
          </Link>
          <span className="text-sub max-sm:hidden">/</span>
          <span className="text-sub max-sm:hidden">{source}</span>
          <span className="text-sub">/</span>
          <span className="truncate font-medium">{job}</span>
        </nav>
      }
      note={
        data !== undefined && (
          <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} quiet />
        )
      }
      aside={
        <RangeChoice
          value={range}
          onChange={(next) =>
            void navigate({ search: next === defaultRange ? {} : { range: next } })
          }
        />
      }
    >
      {data !== undefined && (
        <Detail
          detail={data}
          zoom={{
            asked: zoomOf(search),
            onZoom: (span) =>
              void navigate({ search: { ...withoutZoom(search), ...zoomSearch(span) } }),
          }}
        />
      )}
      {data === undefined && isUnknown && (
        <Notice tone="wait" title="Nothing is known of this job" announce="status">
          <p>
            No delivery to a job of this name has been recorded from {source}, or it is older than
            what is kept.
          </p>
          <Link to="/jobs" className="link">
            See all jobs
          </Link>
        </Notice>
      )}
      {data === undefined && query.isError && !isUnknown && (
        <ProblemNotice error={error} what="This job" onRetry={() => void query.refetch()} />
      )}
      {query.isPending && (
        <>
          <FigureStripSkeleton names={jobFigureNames} />
          <Card title="Deliveries">
            <div className="h-[208px]" />
          </Card>
          <Card title="Last failures">
            <RowsSkeleton rows={4} what="the job" />
          </Card>
        </>
      )}
    </Page>
  );
}
