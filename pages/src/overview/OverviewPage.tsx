// Is something wrong, and where to look first: figures, findings, deliveries over time, triggers and jobs, the newest
// cascades. Range and feed's filter live in the address.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, type ReactElement } from 'react';
import { overviewQuery } from '../api/statistics.ts';
import { cascadesQuery } from '../api/queries.ts';
import { moveBetweenRows } from '../cascades/move-between-rows.ts';
import { useFirstMinutes } from '../first/use-first-minutes.ts';
import { listKeys } from '../keys/key-lines.ts';
import { DeliveriesOverTime } from '../statistics/DeliveriesOverTime.tsx';
import { FigureStrip, FigureStripSkeleton } from '../statistics/FigureStrip.tsx';
import { RangeChoice } from '../statistics/RangeChoice.tsx';
import { defaultRange, withoutZoom, zoomOf, zoomSearch } from '../statistics/ranges.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Page, RowsSkeleton } from '../ui/Page.tsx';
import { useDocumentKeys } from '../ui/use-document-keys.ts';
import { everything } from './feed-filter.ts';
import { figureNames, figuresOf } from './figures.ts';
import { HealthBadges, HealthReasons } from './HealthBadges.tsx';
import { LiveFeed } from './LiveFeed.tsx';
import { NeedsALook } from './NeedsALook.tsx';
import type { OverviewSearch } from './search.ts';
import { FailingJobs, Triggers } from './Triggers.tsx';

// Whoever has cascades never needs it.
const FirstMinutes = lazy(() =>
  import('../first/FirstMinutes.tsx').then((module) => ({ default: module.FirstMinutes })),
);

function Loading(): ReactElement {
  return (
    <>
      <Card title="Needs a look">
        <RowsSkeleton rows={3} what="what needs a look" />
      </Card>
      <Card title="Deliveries">
        <div className="h-[208px]" />
      </Card>
      <Card title="Triggers">
        <RowsSkeleton rows={5} what="triggers" />
      </Card>
    </>
  );
}

export function OverviewPage(): ReactElement {
  const search = useSearch({ from: '/' });
  const navigate = useNavigate({ from: '/' });
  const query = useQuery(overviewQuery(search.range));
  const cascades = useQuery(cascadesQuery(everything));
  const { isGuided, goOn } = useFirstMinutes(cascades.data?.traces);
  useDocumentKeys(moveBetweenRows);
  const { data } = query;
  /** A range that was chosen is said in the address, also the one that is shown without. */
  const go = (next: OverviewSearch): void =>
    void navigate({
      search: {
        ...(next.range === undefined ? {} : { range: next.range }),
        ...zoomSearch(zoomOf(next)),
        ...(next.feed === undefined || next.feed === 'all' ? {} : { feed: next.feed }),
      },
    });
  const failed = query.isError && data === undefined;
  return (
    <Page
      title="Overview"
      keys={listKeys}
      note={
        <>
          {data !== undefined && (
            <Freshness
              updatedAtMs={query.dataUpdatedAt}
              failing={query.isError}
              ofBefore={query.isPlaceholderData}
              quiet
            />
          )}
          <HealthBadges />
        </>
      }
      below={<HealthReasons />}
      aside={
        <RangeChoice
          value={search.range ?? data?.range ?? defaultRange}
          onChange={(next) => go({ range: next, ...(search.feed ? { feed: search.feed } : {}) })}
        />
      }
    >
      {failed ? (
        <ProblemNotice
          error={query.error}
          what="The overview"
          onRetry={() => void query.refetch()}
        />
      ) : (
        <div className="flex flex-col gap-4" aria-busy={query.isPlaceholderData}>
          {data === undefined ? (
            <FigureStripSkeleton names={figureNames} />
          ) : (
            <FigureStrip figures={figuresOf(data)} />
          )}
          {isGuided ? (
            <Suspense fallback={null}>
              <FirstMinutes traces={cascades.data?.traces ?? []} onGoOn={goOn} />
            </Suspense>
          ) : (
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,380px)] xl:grid-cols-[minmax(0,1fr)_minmax(0,432px)] 2xl:grid-cols-[minmax(0,1fr)_minmax(0,500px)]">
              <div className="flex min-w-0 flex-col gap-4">
                {data === undefined ? (
                  <Loading />
                ) : (
                  <>
                    <NeedsALook findings={data.needsALook} />
                    <DeliveriesOverTime
                      steps={data.overTime}
                      bucketMs={data.bucketMs}
                      zoom={{
                        asked: zoomOf(search),
                        onZoom: (span) =>
                          go({ ...withoutZoom(search), range: data.range, ...zoomSearch(span) }),
                      }}
                    />
                    <Triggers triggers={data.topTriggers} />
                    <FailingJobs jobs={data.topFailing} range={data.range} />
                  </>
                )}
              </div>
              <div className="lg:sticky lg:top-0 lg:flex lg:max-h-[calc(100vh-72px)] lg:flex-col">
                <LiveFeed
                  filter={search.feed ?? 'all'}
                  onFilter={(feed) => go({ ...search, feed })}
                />
              </div>
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
