// What part of all database events has a known cause, where the gaps are, and what to change about them.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { CoverageView } from '../../../src/api/coverage-views.ts';
import { readCoverage } from '../api/client.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { Moment } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, Page, RowsSkeleton } from '../ui/Page.tsx';
import { Segments } from '../ui/Segments.tsx';
import { EventLogs } from './EventLogs.tsx';
import { LogCoverage } from './LogCoverage.tsx';
import { Loops } from './Loops.tsx';
import { OverTime } from './OverTime.tsx';
import { beginOf, type Grouping, othersText, partsOf, percentText, type Range } from './shares.ts';
import { Meter, SharesTable } from './SharesTable.tsx';

const rangeItems = [
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
] as const satisfies { value: Range; label: string }[];

const groupingItems = [
  { value: 'tables', label: 'By table' },
  { value: 'triggers', label: 'By trigger' },
  { value: 'jobs', label: 'By job' },
] as const satisfies { value: Grouping; label: string }[];

const singular: Record<Grouping, string> = { tables: 'table', triggers: 'trigger', jobs: 'job' };

function Figures({ view }: { view: CoverageView }): ReactElement {
  return (
    <section className="grid flex-none gap-x-8 gap-y-5 rounded-[10px] border border-line bg-base p-4 lg:grid-cols-[220px_1fr_1fr]">
      <div>
        <p className="text-[12px] text-sub" title="By when they reached the edge.">
          Events with a known cause
        </p>
        <p className="mt-0.5 text-[22px] leading-[30px] font-semibold">{percentText(view.share)}</p>
        <p className="text-[12px] text-sub">
          {view.covered.toLocaleString('en')} of {view.events.toLocaleString('en')} events
        </p>
        {view.countedFrom !== null && (
          <p className="mt-0.5 text-[12px] text-sub">
            Counted from <Moment at={view.countedFrom} /> on: what came in before is still to be
            counted, as far as it is kept.
          </p>
        )}
        {view.hoursLeftOut[0] !== undefined && (
          <p className="mt-0.5 text-[12px] text-sub">
            {view.hoursLeftOut.length === 1
              ? 'The hour from '
              : `${view.hoursLeftOut.length} hours, the latest from `}
            <Moment at={view.hoursLeftOut[0]} /> on, could not be counted in time, and will be tried
            again.
          </p>
        )}
        <div className="mt-2.5">
          <Meter share={view.share} />
        </div>
      </div>
      <ul className="grid content-start gap-x-6 gap-y-1 sm:grid-cols-2" aria-label="By cause">
        {partsOf(view).map(({ kind, word, count, part, isCovered }) => (
          <li key={kind} className="flex items-center gap-2 text-[12px]">
            <span
              aria-hidden="true"
              className={`size-2.5 flex-none rounded-xs ${isCovered ? 'bg-wire' : 'tl-gap'}`}
            />
            <span className="min-w-0 flex-1 truncate">{word}</span>
            <span>{count.toLocaleString('en')}</span>
            <span className="w-12 text-right text-sub">{percentText(part)}</span>
          </li>
        ))}
      </ul>
      <OverTime view={view} />
    </section>
  );
}

function Advice({ view }: { view: CoverageView }): ReactElement {
  return (
    <Card title="What to change" count={view.advice.length} hint="largest gap first">
      {view.advice.length === 0 && (
        <Nothing>
          Nothing: every event of this time has a known cause, as far as can be told.
        </Nothing>
      )}
      <ol>
        {view.advice.map((item) => (
          <li
            key={`${item.kind} ${item.source} ${item.subject}`}
            className="grid gap-x-6 gap-y-1 border-b border-hair px-4 py-3 last:border-b-0 md:grid-cols-[1fr_1fr_72px]"
          >
            <div className="min-w-0">
              <p className="font-semibold wrap-anywhere">{item.subject}</p>
              <p className="mt-0.5 wrap-anywhere text-sub">{item.finding}</p>
            </div>
            <p className="min-w-0 wrap-anywhere">{item.change}</p>
            <p className="text-sub md:text-right">
              {item.events === null ? '' : item.events.toLocaleString('en')}
              {item.events !== null && <span className="md:sr-only"> events</span>}
            </p>
          </li>
        ))}
      </ol>
    </Card>
  );
}

export function CoveragePage(): ReactElement {
  const { range = '24h', by = 'tables' } = useSearch({ from: '/coverage' });
  const navigate = useNavigate({ from: '/coverage' });
  const query = useQuery({
    queryKey: ['coverage', range],
    queryFn: ({ signal }) => readCoverage(beginOf(range, Date.now()), signal),
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });
  const view = query.data;
  const others = view === undefined ? null : othersText(view, by);
  return (
    <Page
      title="Coverage"
      note={
        query.data !== undefined && (
          <Freshness
            updatedAtMs={query.dataUpdatedAt}
            failing={query.isError}
            ofBefore={query.isPlaceholderData}
            quiet
          />
        )
      }
      aside={
        <Segments
          label="Range"
          value={range}
          items={rangeItems}
          onChange={(value) => void navigate({ search: (old) => ({ ...old, range: value }) })}
        />
      }
    >
      {query.isError && view === undefined && (
        <ProblemNotice error={query.error} what="Coverage" onRetry={() => void query.refetch()} />
      )}
      {query.isPending && (
        <section className="flex-none overflow-hidden rounded-[10px] border border-line bg-base">
          <RowsSkeleton rows={6} what="coverage" />
        </section>
      )}
      {view !== undefined && (
        <>
          <Figures view={view} />
          <Advice view={view} />
          <Card
            title="Where"
            aside={
              <Segments
                label="Grouped by"
                value={by}
                items={groupingItems}
                onChange={(value) => void navigate({ search: (old) => ({ ...old, by: value }) })}
              />
            }
          >
            {view[by].length === 0 ? (
              <Nothing>No event of this time belongs to a known {singular[by]}.</Nothing>
            ) : (
              <SharesTable shares={view[by]} what={singular[by]} />
            )}
            {others !== null && (
              <p className="border-t border-hair px-4 py-2.5 text-[12px] text-sub">{others}</p>
            )}
          </Card>
          <EventLogs logs={view.eventLogs} />
        </>
      )}
      <LogCoverage />
      <Loops />
    </Page>
  );
}
