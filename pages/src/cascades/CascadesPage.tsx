// The list of cascades, newest first. New ones appear by themselves, but never move what is being read.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState, type ReactElement } from 'react';
import { cascadesQuery, cascadesKey } from '../api/queries.ts';
import { listTraces } from '../api/client.ts';
import { useFirstMinutes } from '../first/use-first-minutes.ts';
import { Frame } from '../frame/Frame.tsx';
import { listKeys } from '../keys/key-lines.ts';
import { Freshness } from '../ui/Freshness.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useDocumentTitle } from '../ui/use-document-title.ts';
import { useDocumentKeys } from '../ui/use-document-keys.ts';
import { appendOlder, holdBack, type Feed } from './feed.ts';
import { CascadesTable, TableSkeleton } from './CascadesTable.tsx';

// Whoever has cascades never needs it.
const FirstMinutes = lazy(() =>
  import('../first/FirstMinutes.tsx').then((module) => ({ default: module.FirstMinutes })),
);

export function CascadesPage(): ReactElement {
  const query = useQuery(cascadesQuery);
  const client = useQueryClient();
  const scroller = useRef<HTMLDivElement>(null);
  const [heldAtId, setHeldAtId] = useState<string | null>(null);
  const older = useMutation({
    mutationFn: (cursor: string) => listTraces(cursor),
    onSuccess: (page) =>
      client.setQueryData<Feed>(cascadesKey, (known) =>
        known === undefined ? known : appendOlder(known, page),
      ),
  });

  useDocumentKeys(moveBetweenRows);
  useDocumentTitle('Cascades');

  const traces = query.data?.traces ?? [];
  const { isGuided, goOn } = useFirstMinutes(query.data?.traces);
  const { shown, waiting } = holdBack(traces, heldAtId);
  const pointing = useRef(false);
  const hold = (): void => setHeldAtId((held) => held ?? traces[0]?.id ?? null);
  const release = (): void => {
    const at = scroller.current;
    const reading =
      pointing.current || (at?.scrollTop ?? 0) > 0 || at?.contains(document.activeElement) === true;
    if (!reading) setHeldAtId(null);
  };
  const showNew = (): void => {
    setHeldAtId(null);
    scroller.current?.scrollTo({ top: 0 });
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  };

  const crumbs = <span className="font-medium">Cascades</span>;
  return (
    <Frame crumbs={crumbs} keys={listKeys}>
      <main className="flex min-h-0 flex-1 flex-col">
        <div className="flex h-14 flex-none items-center gap-3 px-4 sm:px-6">
          <h1 className="text-[20px] leading-7 font-semibold tracking-[-0.014em]">Cascades</h1>
          {query.data !== undefined && (
            <Freshness updatedAtMs={query.dataUpdatedAt} failing={query.isError} fed />
          )}
          <span className="flex-1" />
          <span className="flex items-center gap-1.5 text-[11px] text-sub max-md:hidden">
            <kbd className="kbd">j</kbd>
            <kbd className="kbd">k</kbd> move <kbd className="kbd ml-1.5">Enter</kbd> open
          </span>
        </div>
        <div
          onPointerMove={({ pointerType }) => {
            // A finger that has tapped is no longer there.
            if (pointerType !== 'mouse') return;
            pointing.current = true;
            hold();
          }}
          onPointerLeave={() => {
            pointing.current = false;
            release();
          }}
          className="relative mx-4 mb-4 flex min-h-0 flex-1 flex-col overflow-hidden rounded-[10px] border border-line bg-base sm:mx-6 sm:mb-6"
        >
          {waiting > 0 && (
            <button
              type="button"
              onClick={showNew}
              className="btn absolute top-10 left-1/2 z-10 -translate-x-1/2 rounded-full border-ink bg-ink px-3 text-(--tl-base) shadow-sheet hover:bg-ink!"
            >
              {waiting} new
            </button>
          )}
          <div
            ref={scroller}
            className="flex min-h-0 flex-1 flex-col overflow-auto scroll-pt-9"
            onScroll={(event) => (event.currentTarget.scrollTop > 0 ? hold() : release())}
            onFocus={hold}
            onBlur={() => queueMicrotask(release)}
          >
            {query.data === undefined && query.isPending && <TableSkeleton />}
            {query.data === undefined && query.isError && (
              <ProblemNotice
                error={query.error}
                what="Cascades"
                onRetry={() => void query.refetch()}
              />
            )}
            {isGuided && (
              <Suspense fallback={<TableSkeleton />}>
                <FirstMinutes traces={traces} onGoOn={goOn} />
              </Suspense>
            )}
            {!isGuided && traces.length > 0 && <CascadesTable traces={shown} />}
            {query.data !== undefined && query.data.olderCursor !== null && (
              <div className="flex items-center justify-center gap-3 p-3">
                <button
                  type="button"
                  className="btn"
                  disabled={older.isPending}
                  onClick={() => {
                    if (query.data.olderCursor !== null) older.mutate(query.data.olderCursor);
                  }}
                >
                  {older.isPending ? 'Loading…' : 'Load older'}
                </button>
                {older.isError && (
                  <span role="alert" className="text-fail">
                    {older.error.message}
                  </span>
                )}
              </div>
            )}
          </div>
        </div>
      </main>
    </Frame>
  );
}

/** j and k move between rows; Enter is the link's own. */
function moveBetweenRows({ key }: KeyboardEvent): boolean {
  const step = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return false;
  const links = [...document.querySelectorAll<HTMLAnchorElement>('a[data-cascade]')];
  const at = links.findIndex((link) => link === document.activeElement);
  const next = links[at === -1 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))];
  next?.focus();
  return next !== undefined;
}
