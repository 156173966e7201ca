// A node's logs from Grafana: tail while it runs, filter, and what stands there when there are none.
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass';
import { ArrowElbowDownLeftIcon } from '@phosphor-icons/react/ArrowElbowDownLeft';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { LogsTarget } from '../api/client.ts';
import { logsQuery } from '../api/queries.ts';
import { useZone } from '../time/clock.ts';
import { formatClock, formatSpan } from '../time/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { ScrollArea } from '../ui/ScrollArea.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import type { LogLine } from '../../../src/api/views.ts';
import { GrafanaOffline } from './GrafanaOffline.tsx';
import { countLevels, filterLines, levels, linesAsText, type Level } from './log-lines.ts';
import { LogLines } from './LogLines.tsx';

const levelWords: Record<Level, string> = {
  error: 'Error',
  warn: 'Warn',
  info: 'Info',
  debug: 'Debug',
  unknown: 'Other',
};
const levelClass: Record<Level, string> = {
  error: 'text-fail',
  warn: 'text-retry',
  info: 'text-run',
  debug: 'text-sub',
  unknown: 'text-sub',
};

function LevelFilter(props: {
  lines: LogLine[];
  hidden: ReadonlySet<Level>;
  onToggle: (level: Level) => void;
}): ReactElement {
  const counts = countLevels(props.lines);
  return (
    <fieldset
      aria-label="Levels"
      className="flex h-7 flex-none overflow-hidden rounded-[7px] border border-line text-[11.5px] font-medium"
    >
      {levels
        .filter((level) => counts[level] > 0)
        .map((level) => {
          const shown = !props.hidden.has(level);
          return (
            <button
              key={level}
              type="button"
              aria-pressed={shown}
              title={`${shown ? 'Hide' : 'Show'} ${levelWords[level].toLowerCase()}`}
              onClick={() => props.onToggle(level)}
              className={`border-r border-line px-[7px] -outline-offset-2! last:border-r-0 hover:bg-tint ${shown ? levelClass[level] : 'text-sub line-through'}`}
            >
              {levelWords[level]} {counts[level]}
            </button>
          );
        })}
    </fieldset>
  );
}

export function LogsTab(props: { target: LogsTarget; live: boolean }): ReactElement {
  const { target, live } = props;
  const query = useQuery(logsQuery(target, live));
  const { zone } = useZone();
  const [text, setText] = useState('');
  const [hidden, setHidden] = useState<ReadonlySet<Level>>(new Set());
  const [wrap, setWrap] = useState(true);
  const followed = query.data;
  const withJob = target.of === 'events';

  if (followed === undefined) {
    if (query.isError) {
      return <ProblemNotice error={query.error} what="Logs" onRetry={() => void query.refetch()} />;
    }
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

  const { view, kept } = followed;
  if (view.state === 'offline') {
    return (
      <>
        <div className="min-h-0 flex-1 overflow-auto">
          <GrafanaOffline
            view={view}
            followed={followed}
            trying={query.isFetching}
            onTry={() => void query.refetch()}
          />
          {kept !== null && kept.view.lines.length > 0 && (
            <section aria-label="Lines kept from before">
              <h4 className="px-4 pt-1 text-[11.5px] text-sub">
                Kept from before, {formatClock(kept.atMs, zone, false)}
              </h4>
              <LogLines lines={kept.view.lines} wrap withJob={withJob} />
            </section>
          )}
        </div>
        <Footer>
          {kept === null
            ? 'No good answer yet'
            : `Last good answer ${formatClock(kept.atMs, zone, false)}, ${plural(kept.view.lines.length, 'line')} kept`}
        </Footer>
      </>
    );
  }

  const lines = filterLines(view.lines, text, hidden);
  const toggle = (level: Level): void => {
    const next = new Set(hidden);
    if (!next.delete(level)) next.add(level);
    setHidden(next);
  };
  return (
    <>
      {view.lines.length > 0 && (
        <div className="flex flex-none flex-wrap items-center gap-1.5 px-4 py-2">
          <label className="flex h-7 min-w-[120px] flex-1 items-center gap-2 rounded-[7px] border border-line bg-recess px-2 text-[12px] focus-within:outline-2 focus-within:outline-brand">
            <MagnifyingGlassIcon size={14} className="flex-none text-sub" />
            <input
              type="search"
              aria-label="Filter lines"
              placeholder="Filter lines"
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-sub"
            />
          </label>
          <LevelFilter lines={view.lines} hidden={hidden} onToggle={toggle} />
          <button
            type="button"
            className="btn w-7 px-0! aria-pressed:bg-tint"
            aria-pressed={wrap}
            aria-label="Wrap lines"
            title="Wrap lines"
            onClick={() => setWrap(!wrap)}
          >
            <ArrowElbowDownLeftIcon size={14} />
          </button>
          <CopyButton text={linesAsText(lines, zone)} label="Copy the lines shown" />
        </div>
      )}
      <ScrollArea kind="log" label="Log lines" className="border-t border-hair">
        {lines.length > 0 && <LogLines lines={lines} wrap={wrap} withJob={withJob} />}
        {view.lines.length > 0 && lines.length === 0 && (
          <p className="p-4 text-sub">No line matches the filter.</p>
        )}
        {view.lines.length === 0 && (
          <div className="flex flex-col items-start gap-2 p-4 text-sub">
            <p>
              <b className="font-semibold text-ink">Loki has no line with this ID.</b>{' '}
              {live
                ? 'Lines appear here as they come.'
                : 'The job wrote none, or wrote them without its correlation ID.'}
            </p>
            <CopyButton text={view.query} label="Copy Loki query">
              Copy Loki query
            </CopyButton>
          </div>
        )}
        {view.olderCursor !== null && (
          <p className="px-4 py-2 text-retry">There are more lines than one answer holds.</p>
        )}
      </ScrollArea>
      <Footer>
        {live && (
          <span className="flex items-center gap-1.5">
            <span aria-hidden="true" className="size-[7px] rounded-full bg-ok" />
            Tailing
          </span>
        )}
        <span>
          {lines.length === view.lines.length ? '' : `${lines.length} of `}
          {plural(view.lines.length, 'line')} from Loki in {formatSpan(view.tookMs)}
        </span>
        {query.isError && <span className="text-retry">not updated, {query.error.message}</span>}
      </Footer>
    </>
  );
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function Footer({ children }: { children: React.ReactNode }): ReactElement {
  return (
    <div className="flex h-8 flex-none items-center gap-2.5 overflow-hidden border-t border-line px-4 text-[11.5px] whitespace-nowrap text-sub">
      {children}
    </div>
  );
}
