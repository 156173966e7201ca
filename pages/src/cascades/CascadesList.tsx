// The cascades that fit, newest first. New ones appear by themselves, but never move what is being read.
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactElement } from 'react';
import { isRefused } from '../api/http.ts';
import { cascadesQuery, forgetUnread, readOlderCascades } from '../api/queries.ts';
import { useFailure } from '../api/use-failure.ts';
import { useFirstMinutes } from '../first/use-first-minutes.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Moment } from '../ui/Moment.tsx';
import { CascadesTable, TableSkeleton } from './CascadesTable.tsx';
import { filtersIn, type CascadesSearch } from './filters.ts';
import { NewPill } from './NewPill.tsx';
import { NothingFits, RefusedFilters } from './NothingFits.tsx';
import { useHeldBack } from './use-held-back.ts';

// Whoever has cascades never needs it.
const FirstMinutes = lazy(() =>
  import('../first/FirstMinutes.tsx').then((module) => ({ default: module.FirstMinutes })),
);

/** To be mounted anew for other filters. */
export function CascadesList(props: {
  search: CascadesSearch;
  onChange: (search: CascadesSearch) => void;
}): ReactElement {
  const { search, onChange } = props;
  const query = useQuery(cascadesQuery(search));
  const older = useMutation({
    mutationFn: (cursor: string) => readOlderCascades(search, cursor),
  });
  const failure = useFailure(query, JSON.stringify(search));
  const isFiltered = filtersIn(search).length > 0;
  const feed = query.data;
  const traces = feed?.traces ?? [];
  const { isGuided, goOn } = useFirstMinutes(isFiltered ? undefined : feed?.traces);
  const { shown, waiting, isCut, scroller, showNew, pointed, read } = useHeldBack(feed, {
    onUnread: () => forgetUnread(search),
  });

  // Older than what has come since is not what is read.
  const further = feed !== undefined && !isCut && (
    <Further
      cursor={feed.olderCursor}
      searchedUntil={feed.searchedUntil}
      isEmpty={traces.length === 0}
      isLoading={older.isPending}
      error={older.error}
      onMore={older.mutate}
    />
  );

  return (
    <div
      {...pointed}
      className="relative mx-4 mb-4 flex min-h-0 flex-1 flex-col overflow-hidden rounded-[10px] border border-line bg-base sm:mx-6 sm:mb-6"
    >
      <NewPill waiting={waiting.length} isCut={isCut} place="top-10" onShow={showNew} />
      <div
        ref={scroller}
        className="flex min-h-0 flex-1 flex-col overflow-auto scroll-pt-9"
        {...read}
      >
        {query.isPending && failure === null && <TableSkeleton />}
        {failure !== null && (
          <Failed
            error={failure}
            search={search}
            onChange={onChange}
            onRetry={() => void query.refetch()}
          />
        )}
        {isGuided && (
          <Suspense fallback={<TableSkeleton />}>
            <FirstMinutes traces={traces} onGoOn={goOn} />
          </Suspense>
        )}
        {!isGuided && traces.length > 0 && <CascadesTable traces={shown} />}
        {feed !== undefined && isFiltered && traces.length === 0 ? (
          <NothingFits
            search={search}
            searchedUntil={feed.searchedUntil === null ? null : <Moment at={feed.searchedUntil} />}
            onChange={onChange}
          >
            {further}
          </NothingFits>
        ) : (
          further
        )}
      </div>
    </div>
  );
}

function Failed(props: {
  error: unknown;
  search: CascadesSearch;
  onChange: (search: CascadesSearch) => void;
  onRetry: () => void;
}): ReactElement {
  const { error, search } = props;
  return isRefused(error) && filtersIn(search).length > 0 ? (
    <RefusedFilters search={search} problem={error} onChange={props.onChange} />
  ) : (
    <ProblemNotice error={error} what="Cascades" onRetry={props.onRetry} />
  );
}

/** The list's end: how far was looked, and the way on. Nothing where all is there. */
function Further(props: {
  cursor: string | null;
  searchedUntil: string | null;
  isEmpty: boolean;
  isLoading: boolean;
  error: Error | null;
  onMore: (cursor: string) => void;
}): ReactElement | null {
  const { cursor, searchedUntil } = props;
  if (cursor === null && searchedUntil === null) return null;
  return (
    <div className="flex flex-wrap items-center justify-center gap-x-3 gap-y-2 p-3 text-sub">
      {searchedUntil !== null && !props.isEmpty && (
        <span>
          Searched back to <Moment at={searchedUntil} />
        </span>
      )}
      {cursor === null && (
        <span>The row was written too often for what is older to be looked through.</span>
      )}
      {cursor !== null && (
        <button
          type="button"
          className="btn"
          disabled={props.isLoading}
          onClick={() => props.onMore(cursor)}
        >
          {props.isLoading
            ? 'Loading…'
            : searchedUntil === null
              ? 'Load older'
              : 'Search further back'}
        </button>
      )}
      {props.error !== null && (
        <span role="alert" className="text-fail">
          {props.error.message}
        </span>
      )}
    </div>
  );
}
