// A node's logs: whose they are, tailing while it runs, pages before and after, and what stands there when there are
// none or they are out of reach.
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactElement, type ReactNode } from 'react';
import type { LogsTarget } from '../api/client.ts';
import { logsQuery, readLogsAgain } from '../api/queries.ts';
import { failureText } from '../api/http.ts';
import { changed, type LogScope } from '../cascade/search.ts';
import { useZone } from '../time/clock.ts';
import { formatClock, formatSpan } from '../time/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { useDocumentKeys } from '../ui/use-document-keys.ts';
import { GrafanaOffline } from './GrafanaOffline.tsx';
import { readAtMs, type LogBook } from './log-book.ts';
import { filterLines, type Level, wordsOf } from './log-lines.ts';
import { LogLines } from './LogLines.tsx';
import { LogTools } from './LogTools.tsx';
import type { Jumps } from './LogText.tsx';
import { OpenInGrafana } from './OpenInGrafana.tsx';

export interface LogsTabProps {
  /** What each scope asks for; the first is the node's own. */
  scopes: readonly { value: LogScope; label: string; target: LogsTarget }[];
  /** More may come. */
  live: boolean;
  jumps: Jumps;
}

/** Older than this, lines are told to be from before. */
const keptAfterMs = 5_000;

export function LogsTab({ scopes, live, jumps }: LogsTabProps): ReactElement | null {
  const { logs: wanted } = useSearch({ from: '/c/$traceId' });
  const navigate = useNavigate({ from: '/c/$traceId' });
  const scope = scopes.find(({ value }) => value === wanted) ?? scopes[0];
  if (scope === undefined) return null;
  const choose = (value: LogScope): void => {
    void navigate({
      search: (before) => {
        return changed(before, { logs: value === scopes[0]?.value ? undefined : value });
      },
      replace: true,
    });
  };
  return (
    <Logs
      key={scope.value}
      scopes={scopes}
      scope={scope.value}
      onScope={choose}
      target={scope.target}
      live={live}
      jumps={jumps}
    />
  );
}

function Logs(props: {
  scopes: LogsTabProps['scopes'];
  scope: LogScope;
  onScope: (scope: LogScope) => void;
  target: LogsTarget;
  live: boolean;
  jumps: Jumps;
}): ReactElement {
  const { target, live, jumps } = props;
  const query = useQuery(logsQuery(target, live));
  const again = useMutation({
    mutationFn: (what: 'older' | 'now') => readLogsAgain(target, what),
  });
  const [text, setText] = useState('');
  const [hidden, setHidden] = useState<ReadonlySet<Level>>(new Set());
  const [wrap, setWrap] = useState(true);
  /** The last line that stood there when somebody began to look back; null: the end is in sight. */
  const [pausedAt, setPausedAt] = useState<string | null>(null);
  const book = query.data;
  const words = useMemo(() => wordsOf(text), [text]);
  const lines = useMemo(
    () => filterLines(book?.lines ?? [], words, hidden),
    [book?.lines, words, hidden],
  );
  const pause = (): void => {
    if (live && pausedAt === null) setPausedAt(book?.lines.at(-1)?.id ?? '');
  };
  const resume = (): void => setPausedAt(null);
  const toggleTail = (): void => (pausedAt === null ? pause() : resume());

  useDocumentKeys(({ key }) => {
    switch (key) {
      case 'w':
        setWrap(!wrap);
        return true;
      case 't':
        if (live) toggleTail();
        return live;
      case 'End':
        if (pausedAt === null) return false;
        resume();
        return true;
      default:
        return false;
    }
  });

  if (book === undefined) {
    return query.isError ? (
      <ProblemNotice error={query.error} what="Logs" onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton />
    );
  }

  const { view } = book;
  const isOffline = view.state === 'offline';
  const toggleLevel = (level: Level): void => {
    const next = new Set(hidden);
    if (!next.delete(level)) next.add(level);
    setHidden(next);
  };
  const waiting = pausedAt === null ? 0 : linesAfter(book, pausedAt);
  return (
    <>
      <LogTools
        scopes={props.scopes}
        scope={props.scope}
        onScope={props.onScope}
        lines={book.lines}
        shown={lines}
        text={text}
        onText={setText}
        hidden={hidden}
        onToggle={toggleLevel}
        wrap={wrap}
        onWrap={() => setWrap(!wrap)}
        tail={live && !isOffline ? { follows: pausedAt === null, onToggle: toggleTail } : null}
      />
      {isOffline && (
        <GrafanaOffline
          view={view}
          book={book}
          trying={query.isFetching || again.isPending}
          onTry={() => again.mutate('now')}
        />
      )}
      {isOffline && book.lines.length > 0 && <KeptFrom book={book} />}
      {book.lines.length === 0 ? (
        !isOffline && <NoLines book={book} live={live} scope={props.scope} />
      ) : (
        <LogLines
          lines={lines}
          wrap={wrap}
          withJob={props.scope !== 'hop'}
          words={words}
          jumps={jumps}
          follows={live && pausedAt === null && !isOffline}
          onLeaveEnd={pause}
          onReachEnd={resume}
          before={
            <Older
              book={book}
              loading={again.isPending}
              failure={again.isError && again.variables === 'older' ? again.error : null}
              onOlder={() => again.mutate('older')}
            />
          }
          after={
            lines.length === 0 && <p className="px-4 pb-3 text-sub">No line matches the filter.</p>
          }
        />
      )}
      {pausedAt !== null && (
        <div className="flex flex-none items-center gap-2 border-t border-line bg-run-tint px-4 py-1.5 text-[12px]">
          <output className="flex-1 font-medium">
            Paused, {waiting === 0 ? 'no' : waiting.toLocaleString('en')} new{' '}
            {waiting === 1 ? 'line' : 'lines'}
          </output>
          <button type="button" className="btn" onClick={resume}>
            Resume (End)
          </button>
        </div>
      )}
      <Footer>
        <Foot
          book={book}
          shown={lines.length}
          live={live && pausedAt === null}
          error={query.isError ? query.error : null}
        />
      </Footer>
    </>
  );
}

function linesAfter(book: LogBook, id: string): number {
  const at = book.lines.findLastIndex((line) => line.id === id);
  return at === -1 ? book.lines.length : book.lines.length - 1 - at;
}

function Skeleton(): ReactElement {
  return (
    <div
      aria-busy="true"
      className="flex animate-[appear-late_1ms_150ms_both] flex-col gap-2 px-4 py-3"
    >
      <span className="sr-only">Loading logs</span>
      {[72, 88, 60, 80].map((width) => (
        <div key={width} className="skeleton-bar h-3" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

function KeptFrom({ book }: { book: LogBook }): ReactElement {
  const { zone } = useZone();
  const atMs = readAtMs(book);
  return (
    <h4 className="flex-none px-4 pt-1 pb-1.5 text-[11.5px] text-sub">
      Kept from before{atMs === null ? '' : `, ${formatClock(atMs, zone, false)}`}
    </h4>
  );
}

function Older(props: {
  book: LogBook;
  loading: boolean;
  failure: Error | null;
  onOlder: () => void;
}): ReactElement | null {
  const { book } = props;
  if (book.olderCursor === null) {
    return book.isIncomplete ? (
      <p className="px-4 py-2 font-sans text-[12px] text-retry">
        There are more lines than can be shown here.
      </p>
    ) : null;
  }
  return (
    <div className="px-4 pt-2 font-sans">
      <button type="button" className="btn" disabled={props.loading} onClick={props.onOlder}>
        {props.loading ? 'Loading…' : 'Load older lines'}
      </button>
      {props.failure !== null && (
        <span role="alert" className="ml-2 text-[12px] text-fail">
          Not loaded: {failureText(props.failure)}
        </span>
      )}
    </div>
  );
}

function NoLines(props: { book: LogBook; live: boolean; scope: LogScope }): ReactElement {
  const { view } = props.book;
  const ids = props.scope === 'hop' ? 'this ID' : 'any of these IDs';
  return (
    <div className="flex min-h-0 flex-1 flex-col items-start gap-2 overflow-auto border-t border-hair p-4 text-sub">
      <p>
        <b className="font-semibold text-ink">
          {view.source} has no line with {ids}.
        </b>{' '}
        {props.live ? (
          'Lines appear here as they come.'
        ) : (
          <>
            The job wrote none, or wrote them without its correlation ID:{' '}
            <Link to="/coverage" className="link">
              Coverage
            </Link>{' '}
            says which jobs’ logs carry it.
          </>
        )}
      </p>
      <span className="flex flex-wrap items-center gap-2">
        {view.query !== '' && (
          <CopyButton text={view.query} label={`Copy ${view.source} query`}>
            {`Copy ${view.source} query`}
          </CopyButton>
        )}
        <OpenInGrafana url={view.exploreUrl} />
      </span>
    </div>
  );
}

function Foot(props: {
  book: LogBook;
  shown: number;
  live: boolean;
  error: Error | null;
}): ReactElement {
  const { book } = props;
  const { view } = book;
  const { zone } = useZone();
  const count = plural(book.lines.length, 'line');
  const atMs = readAtMs(book);
  if (view.state === 'offline') {
    return (
      <span>
        {atMs === null
          ? 'No good answer yet'
          : `Last good answer ${formatClock(atMs, zone, false)}, ${count} kept`}
      </span>
    );
  }
  const isKept = atMs !== null && book.answeredAtMs - atMs > keptAfterMs;
  return (
    <>
      {props.live && (
        <span className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-[7px] rounded-full bg-ok" />
          Tailing
        </span>
      )}
      <span className="min-w-0 flex-1 truncate">
        {props.shown === book.lines.length ? '' : `${props.shown.toLocaleString('en')} of `}
        {count}{' '}
        {isKept
          ? `kept from ${formatClock(atMs, zone, false)}`
          : `from ${view.source} in ${formatSpan(view.tookMs)}`}
      </span>
      {props.error !== null && (
        <span className="text-retry">not updated, {props.error.message}</span>
      )}
      <OpenInGrafana url={view.exploreUrl} />
    </>
  );
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function Footer({ children }: { children: ReactNode }): ReactElement {
  return (
    <div className="flex h-8 flex-none items-center gap-2.5 overflow-hidden border-t border-line px-4 text-[11.5px] whitespace-nowrap text-sub">
      {children}
    </div>
  );
}
