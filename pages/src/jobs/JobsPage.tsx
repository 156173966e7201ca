// Which jobs and destinations are healthy. Range and which of the two live in the address.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { destinationsQuery, jobsQuery } from '../api/statistics.ts';
import { RangeChoice } from '../statistics/RangeChoice.tsx';
import { defaultRange, type Range } from '../statistics/ranges.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Page, RowsSkeleton } from '../ui/Page.tsx';
import { Segments } from '../ui/Segments.tsx';
import { DestinationsTable } from './DestinationsTable.tsx';
import type { JobsSearch } from './search.ts';
import { JobsTable } from './JobsTable.tsx';

const tabs = [
  { value: 'jobs', label: 'Jobs' },
  { value: 'destinations', label: 'Destinations' },
] as const;

function Jobs({ range }: { range: Range }): ReactElement {
  const query = useQuery(jobsQuery(range));
  const { data } = query;
  if (query.isError && data === undefined) {
    return <ProblemNotice error={query.error} what="Jobs" onRetry={() => void query.refetch()} />;
  }
  return (
    <Card
      title="Jobs"
      count={data?.jobs.length}
      hint="what fails most often first"
      aside={
        data !== undefined && (
          <Freshness
            updatedAtMs={query.dataUpdatedAt}
            failing={query.isError}
            ofBefore={query.isPlaceholderData}
            quiet
          />
        )
      }
    >
      {data === undefined ? (
        <RowsSkeleton rows={8} what="jobs" />
      ) : (
        <JobsTable list={data} range={range === defaultRange ? undefined : range} />
      )}
    </Card>
  );
}

function Destinations({ range }: { range: Range }): ReactElement {
  const query = useQuery(destinationsQuery(range));
  const { data } = query;
  if (query.isError && data === undefined) {
    return (
      <ProblemNotice error={query.error} what="Destinations" onRetry={() => void query.refetch()} />
    );
  }
  return (
    <Card
      title="Destinations"
      count={data?.destinations.length}
      hint="what fails most often first"
      aside={
        data !== undefined && (
          <Freshness
            updatedAtMs={query.dataUpdatedAt}
            failing={query.isError}
            ofBefore={query.isPlaceholderData}
            quiet
          />
        )
      }
    >
      {data === undefined ? (
        <RowsSkeleton rows={8} what="destinations" />
      ) : (
        <DestinationsTable {...data} />
      )}
    </Card>
  );
}

export function JobsPage(): ReactElement {
  const search = useSearch({ from: '/jobs' });
  const navigate = useNavigate({ from: '/jobs' });
  const range = search.range ?? defaultRange;
  /** What is the default is not said in the address. */
  const go = (next: JobsSearch): void =>
    void navigate({
      search: {
        ...(next.range === undefined || next.range === defaultRange ? {} : { range: next.range }),
        ...(next.tab === undefined ? {} : { tab: next.tab }),
      },
    });
  return (
    <Page
      title="Jobs"
      aside={<RangeChoice value={range} onChange={(next) => go({ ...search, range: next })} />}
      below={
        <div className="flex-none px-4 pb-3 sm:px-6">
          <Segments
            label="Jobs or destinations"
            value={search.tab ?? 'jobs'}
            items={tabs}
            onChange={(tab) => go({ range, ...(tab === 'jobs' ? {} : { tab }) })}
          />
        </div>
      }
    >
      {search.tab === 'destinations' ? <Destinations range={range} /> : <Jobs range={range} />}
    </Page>
  );
}
