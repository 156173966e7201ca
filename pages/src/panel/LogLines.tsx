// Log lines: time, level as word, colour and edge, message, and fields on demand. Only those in sight are drawn, so
// that tens of thousands scroll like a few; a reader who looks back stays where he is while more come.
import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import type { LogLine } from '../../../src/api/log-views.ts';
import { useZone } from '../time/clock.ts';
import { formatClock, formatFull } from '../time/format.ts';
import { partsOfCorrelationId } from '../words/names.ts';
import { timeMsOf, type Level } from './log-lines.ts';
import { LogText, type Jumps } from './LogText.tsx';

const lineClass: Record<Level, string> = {
  error: 'border-l-fail bg-fail-tint',
  warn: 'border-l-retry bg-retry-tint',
  info: 'border-l-transparent',
  debug: 'border-l-transparent text-sub',
  unknown: 'border-l-transparent',
};
const wordClass: Record<Level, string> = {
  error: 'text-fail',
  warn: 'text-retry',
  info: 'text-run',
  debug: 'text-sub',
  unknown: 'text-sub',
};
const word: Record<Level, string> = {
  error: 'ERROR',
  warn: 'WARN',
  info: 'INFO',
  debug: 'DEBUG',
  unknown: 'LOG',
};

/** A line that does not wrap: 17 px and what is above and below. */
const lineHeightPx = 21;
/** So near to its end a log counts as read to the end. */
const nearEndPx = 24;

interface LineProps {
  line: LogLine;
  wrap: boolean;
  /** Names each line's job, for the logs of several hops. */
  withJob: boolean;
  words: readonly string[];
  jumps: Jumps;
  open: boolean;
  onToggle: () => void;
}

function JobChip({ id, jumps }: { id: string; jumps: Jumps }): ReactElement {
  const { job } = partsOfCorrelationId(id);
  const node = jumps.nodes.get(id);
  const look =
    'mr-1.5 rounded border border-line bg-raised px-1 font-sans text-[11px] leading-4 font-medium text-sub';
  return node === undefined ? (
    <span className={look}>{job}</span>
  ) : (
    <button
      type="button"
      title={`Select ${job}`}
      className={`${look} hover:border-wire hover:text-ink`}
      onClick={() => jumps.onSelect(node)}
    >
      {job}
    </button>
  );
}

function Line({ line, wrap, withJob, words, jumps, open, onToggle }: LineProps): ReactElement {
  const { zone } = useZone();
  const atMs = timeMsOf(line);
  const fields = Object.entries(line.fields);
  return (
    <div className={`border-l-[3px] py-0.5 pr-4 pl-[13px] ${lineClass[line.level]}`}>
      <div className="flex gap-2">
        <time
          dateTime={new Date(atMs).toISOString()}
          title={formatFull(atMs, 'UTC')}
          className="w-[85px] flex-none whitespace-nowrap text-sub"
        >
          {formatClock(atMs, zone)}
        </time>
        <span className={`w-9 flex-none font-semibold ${wordClass[line.level]}`}>
          {word[line.level]}
        </span>
        <span
          className={`min-w-0 flex-1 ${wrap ? 'wrap-anywhere whitespace-pre-wrap' : 'whitespace-pre'}`}
        >
          {withJob && line.correlationId !== null && (
            <JobChip id={line.correlationId} jumps={jumps} />
          )}
          <LogText text={line.message} words={words} jumps={jumps} />
        </span>
        {fields.length > 0 && (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`${open ? 'Hide' : 'Show'} ${fields.length} fields`}
            onClick={onToggle}
            className="-my-[3.5px] h-6 min-w-6 flex-none self-start rounded text-[11px] text-sub hover:text-ink"
          >
            {open ? '−' : `+${fields.length}`}
          </button>
        )}
      </div>
      {open && (
        <dl className="mt-0.5 mb-1 ml-[93px] grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-sub">
          {fields.map(([key, value]) => (
            <div key={key} className="contents">
              <dt>{key}</dt>
              <dd className="wrap-anywhere text-ink">
                <LogText text={value} words={words} jumps={jumps} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

export interface LogLinesProps {
  lines: LogLine[];
  wrap: boolean;
  withJob: boolean;
  words: readonly string[];
  jumps: Jumps;
  /** Its end stays in sight as more come. */
  follows: boolean;
  /** Somebody looks back. */
  onLeaveEnd: () => void;
  /** Somebody is at the end again. */
  onReachEnd: () => void;
  /** Stands before the first line. */
  before?: ReactNode;
  /** Stands after the last one. */
  after?: ReactNode;
}

export function LogLines(props: LogLinesProps): ReactElement {
  const { lines, follows } = props;
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const lastTop = useRef(0);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => lineHeightPx,
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 20,
  });

  // Older lines that come in above leave what is being read where it is.
  const firstId = lines[0]?.id;
  const before = useRef(firstId);
  useLayoutEffect(() => {
    const added =
      before.current === undefined ? -1 : lines.findIndex(({ id }) => id === before.current);
    before.current = firstId;
    if (added > 0) virtual.scrollToIndex(added, { align: 'start' });
    // oxlint-disable-next-line react/exhaustive-deps -- only when something was added above.
  }, [firstId]);

  const lastId = lines.at(-1)?.id;
  useLayoutEffect(() => {
    if (follows && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
    // oxlint-disable-next-line react/exhaustive-deps -- only when something was added below.
  }, [follows, lastId]);

  const onScroll = (): void => {
    const element = box.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const isUp = scrollTop < lastTop.current - 1;
    lastTop.current = scrollTop;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < nearEndPx;
    if (isAtEnd) props.onReachEnd();
    else if (isUp) props.onLeaveEnd();
  };
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <div
      ref={box}
      role="log"
      aria-label="Log lines"
      // A log does not speak up: it is read when one goes there.
      aria-live="off"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- Safari scrolls only what has focus.
      tabIndex={0}
      onScroll={onScroll}
      className="min-h-0 flex-1 overflow-auto border-t border-hair font-mono text-[11.5px] leading-[17px] -outline-offset-2! [overflow-anchor:none]"
    >
      {props.before}
      <div className="relative my-1" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (line === undefined) return null;
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className={`absolute top-0 left-0 ${props.wrap ? 'w-full' : 'w-max min-w-full'}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Line
                line={line}
                wrap={props.wrap}
                withJob={props.withJob}
                words={props.words}
                jumps={props.jumps}
                open={open.has(line.id)}
                onToggle={() => toggle(line.id)}
              />
            </div>
          );
        })}
      </div>
      {props.after}
    </div>
  );
}
