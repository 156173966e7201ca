// Log lines: time, level as word, colour and edge, message, and fields on demand.
import { useState, type ReactElement } from 'react';
import type { LogLine } from '../../../src/api/views.ts';
import { useZone } from '../time/clock.ts';
import { formatClock, formatFull } from '../time/format.ts';
import { partsOfCorrelationId } from '../words/names.ts';
import { keyLines, timeMsOf, type Level } from './log-lines.ts';

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

function Line(props: { line: LogLine; wrap: boolean; withJob: boolean }): ReactElement {
  const { line, wrap } = props;
  const { zone } = useZone();
  const [open, setOpen] = useState(false);
  const atMs = timeMsOf(line);
  const fields = Object.entries(line.fields);
  const message = (
    <>
      {props.withJob && line.correlationId !== null && (
        <span className="mr-1.5 rounded border border-line bg-raised px-1 font-sans text-[11px] font-medium text-sub">
          {partsOfCorrelationId(line.correlationId).job}
        </span>
      )}
      {line.message}
    </>
  );
  return (
    <li className={`border-l-[3px] py-0.5 pr-4 pl-[13px] ${lineClass[line.level]}`}>
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
          {message}
        </span>
        {fields.length > 0 && (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`${open ? 'Hide' : 'Show'} ${fields.length} fields`}
            onClick={() => setOpen(!open)}
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
              <dd className="wrap-anywhere text-ink">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

/** `withJob` names each line's job, for the logs of a whole event. */
export function LogLines(props: {
  lines: LogLine[];
  wrap: boolean;
  withJob: boolean;
}): ReactElement {
  return (
    <ol
      className={`py-1 font-mono text-[11.5px] leading-[17px] ${props.wrap ? '' : 'w-max min-w-full'}`}
    >
      {keyLines(props.lines).map(({ key, line }) => (
        <Line key={key} line={line} wrap={props.wrap} withJob={props.withJob} />
      ))}
    </ol>
  );
}
