// The newest cascades beside the figures. New ones stand on top by themselves; while somebody reads, they wait.
import { PauseIcon } from '@phosphor-icons/react/Pause';
import { PlayIcon } from '@phosphor-icons/react/Play';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo, useState, type ReactElement } from 'react';
import type { TraceSummary } from '../../../src/api/views.ts';
import { cascadesQuery, forgetUnread } from '../api/queries.ts';
import { useFailure } from '../api/use-failure.ts';
import { actorIcon } from '../cascades/CascadeRow.tsx';
import { NewPill } from '../cascades/NewPill.tsx';
import { ShapeGlyph } from '../cascades/ShapeGlyph.tsx';
import { useHeldBack } from '../cascades/use-held-back.ts';
import { formatSpan } from '../time/format.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { Status } from '../ui/Glyph.tsx';
import { KindIcon } from '../ui/KindIcon.tsx';
import { Ago } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { Segments } from '../ui/Segments.tsx';
import { actorLabel, actorTitle, rowLabel } from '../words/names.ts';
import { traceOutcome } from '../words/outcome.ts';
import { changeText } from '../words/sentence.ts';
import { everything, isShown } from './feed-filter.ts';
import type { FeedFilter } from './search.ts';

const filters = [
  { value: 'all', label: 'Everything' },
  { value: 'problems', label: 'Problems' },
  { value: 'people', label: 'People' },
  { value: 'systems', label: 'Systems' },
] as const;

/** More are on the page of cascades. */
const shownAtMost = 30;

const nothingOf: Record<FeedFilter, string> = {
  all: 'No event has arrived yet.',
  problems: 'None of the newest cascades failed or needed another attempt.',
  people: 'No person began any of the newest cascades.',
  systems: 'No system began any of the newest cascades.',
};

const FeedRow = memo(function FeedRow({ trace }: { trace: TraceSummary }): ReactElement {
  const { root } = trace;
  return (
    <li className="group relative border-b border-hair last:border-b-0 hover:bg-recess">
      <Link
        to="/c/$traceId"
        params={{ traceId: trace.id }}
        data-cascade={trace.id}
        className="grid grid-cols-[60px_minmax(0,1fr)_62px_84px] items-center gap-x-2.5 px-4 py-2 -outline-offset-2 max-sm:grid-cols-[minmax(0,1fr)_auto]"
      >
        <span className="text-[12px] text-sub max-sm:hidden">
          <Ago at={trace.startedAt} />
        </span>
        <span className="min-w-0">
          <span className="block truncate">
            {root === null ? (
              <span className="text-sub">first event not recorded yet</span>
            ) : (
              <>
                <span className="font-semibold">{rowLabel(root)}</span>{' '}
                <span className="text-sub">{changeText(root)}</span>
              </>
            )}
          </span>
          {root !== null && (
            <span
              className="flex items-center gap-1 text-[12px] leading-4 text-sub"
              title={actorTitle(root.actor)}
            >
              <KindIcon kind={actorIcon(root.actor)} size={12} />
              <span className="truncate">{actorLabel(root.actor)}</span>
            </span>
          )}
        </span>
        <span className="text-[11px] leading-[15px] text-sub max-sm:hidden">
          <ShapeGlyph shape={trace.shape} deliveries={trace.deliveries} />
          {trace.deliveries.toLocaleString('en')} {trace.deliveries === 1 ? 'hop' : 'hops'}
        </span>
        <span className="flex flex-col items-end">
          <Status {...traceOutcome(trace)} />
          <span className="text-[12px] leading-4 text-sub">
            {trace.durationMs === null ? '…' : formatSpan(trace.durationMs)}
          </span>
        </span>
      </Link>
    </li>
  );
});

export function LiveFeed(props: {
  filter: FeedFilter;
  onFilter: (filter: FeedFilter) => void;
}): ReactElement {
  const query = useQuery(cascadesQuery(everything));
  const failure = useFailure(query, 'everything');
  const [paused, setPaused] = useState(false);

  const fits = (trace: TraceSummary): boolean => isShown(trace, props.filter);
  // Held at the newest of all: whatever is chosen meanwhile, what was there before does not wait.
  const feed = useHeldBack(query.data, {
    isPaused: paused,
    onUnread: () => forgetUnread(everything),
  });
  const { scroller, hold, showNew, pointed, read } = feed;
  const shown = feed.shown.filter(fits);
  const goOn = (): void => {
    setPaused(false);
    showNew();
  };
  const togglePause = (): void => {
    if (paused) goOn();
    else hold();
    setPaused(!paused);
  };

  return (
    <section
      aria-label="Live feed"
      className="relative flex min-w-0 flex-col overflow-hidden rounded-[10px] border border-line bg-base"
    >
      <div className="flex flex-none flex-col gap-2 border-b border-hair px-4 pt-2 pb-2.5">
        <div className="flex h-8 items-center gap-3">
          <h2 className="text-[14px] leading-5 font-semibold">Live feed</h2>
          {query.data !== undefined && (
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} fed />
          )}
          <span className="flex-1" />
          <button
            type="button"
            className="btn text-sub"
            aria-pressed={paused}
            disabled={query.data === undefined}
            onClick={togglePause}
          >
            {paused ? (
              <PlayIcon size={12} aria-hidden="true" />
            ) : (
              <PauseIcon size={12} aria-hidden="true" />
            )}
            {paused ? 'Resume' : 'Pause'}
          </button>
        </div>
        <Segments
          label="Which cascades"
          value={props.filter}
          items={filters}
          onChange={props.onFilter}
        />
      </div>
      <NewPill
        waiting={feed.waiting.filter(fits).length}
        isCut={feed.isCut}
        place="top-[92px]"
        onShow={goOn}
      />
      <div
        ref={scroller}
        className="flex min-h-0 flex-1 flex-col overflow-auto"
        {...read}
        {...pointed}
      >
        {query.isPending && failure === null && (
          <RowsSkeleton rows={8} what="the newest cascades" />
        )}
        {failure !== null && (
          <ProblemNotice
            error={failure}
            what="The newest cascades"
            onRetry={() => void query.refetch()}
          />
        )}
        {query.data !== undefined && shown.length === 0 && (
          <Nothing>{nothingOf[feed.shown.length === 0 ? 'all' : props.filter]}</Nothing>
        )}
        {shown.length > 0 && (
          <ul aria-label="Newest cascades">
            {shown.slice(0, shownAtMost).map((trace) => (
              <FeedRow key={trace.id} trace={trace} />
            ))}
          </ul>
        )}
      </div>
      <div className="flex h-10 flex-none items-center justify-between border-t border-hair px-4 text-[12px] text-sub">
        <span className="flex items-center gap-1.5 max-sm:hidden">
          <kbd className="kbd">j</kbd>
          <kbd className="kbd">k</kbd> move
        </span>
        <Link to="/cascades" className="link">
          All cascades
        </Link>
      </div>
    </section>
  );
}
