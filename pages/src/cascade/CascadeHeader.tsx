// The cascade's sentence, how it went, and its figures.
import type { ReactElement, ReactNode } from 'react';
import type { TraceSummary } from '../../../src/api/views.ts';
import { RowHistoryLink } from '../rows/RowHistoryLink.tsx';
import { useNow, useZone } from '../time/clock.ts';
import { formatAgo, formatClock, formatDay, formatSpan } from '../time/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Freshness } from '../ui/Freshness.tsx';
import { Badge } from '../ui/Glyph.tsx';
import { traceOutcome } from '../words/outcome.ts';
import { sentenceOf } from '../words/sentence.ts';

function Title({ trace }: { trace: TraceSummary }): ReactElement {
  if (trace.root === null) return <>A cascade whose first event is not recorded yet</>;
  const { actor, verb, row, column, from, to, more } = sentenceOf(trace.root);
  return (
    <>
      {actor} {verb} {row}
      {column !== null && (
        <>
          {' '}
          {column} <del className="font-normal text-sub decoration-1">{from}</del>{' '}
          <span aria-label="to">→</span> {to}
        </>
      )}
      {more !== null && <span className="font-normal text-sub">, {more}</span>}
    </>
  );
}

function Figure({ value, children }: { value: ReactNode; children?: ReactNode }): ReactElement {
  return (
    <span>
      <b className="font-medium text-ink">{value}</b>
      {children !== undefined && <> {children}</>}
    </span>
  );
}

function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

export function CascadeHeader(props: {
  trace: TraceSummary;
  live: boolean;
  updatedAtMs: number;
  failing: boolean;
}): ReactElement {
  const { trace } = props;
  const { zone } = useZone();
  const nowMs = useNow(1000);
  const startMs = Date.parse(trace.startedAt);
  const ranMs = trace.durationMs ?? Math.max(0, nowMs - startMs);
  return (
    <header className="flex min-h-[68px] flex-none items-center gap-3 border-b border-line bg-base px-4 py-2">
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2 max-sm:flex-wrap max-sm:gap-y-1">
          <h1 className="truncate text-[17px] leading-6 font-semibold tracking-[-0.014em] max-sm:whitespace-normal">
            <Title trace={trace} />
          </h1>
          <Badge {...traceOutcome(trace)} />
          {trace.root?.isTest === true && <Badge tone="wait" word="Test" />}
        </div>
        <div className="mt-0.5 flex gap-x-3.5 overflow-hidden text-[12px] leading-[18px] whitespace-nowrap text-sub max-sm:flex-wrap">
          <span>
            {formatDay(startMs, zone)}{' '}
            <time dateTime={trace.startedAt} className="font-medium text-ink">
              {formatClock(startMs, zone)}
            </time>{' '}
            ({formatAgo(startMs, nowMs)})
          </span>
          <Figure value={formatSpan(ranMs)}>
            {trace.state === 'running' ? 'so far' : undefined}
          </Figure>
          <Figure value={trace.deliveries}>{plural(trace.deliveries, 'hop')}</Figure>
          <span>
            <Figure value={trace.events}>{plural(trace.events, 'event')}</Figure>,{' '}
            <Figure value={trace.attempts}>{plural(trace.attempts, 'attempt')}</Figure>
          </span>
          {trace.weakLinks > 0 && (
            <Figure value={trace.weakLinks}>weak {plural(trace.weakLinks, 'link')}</Figure>
          )}
          <Freshness
            updatedAtMs={props.updatedAtMs}
            failing={props.failing}
            quiet={!props.live}
            fed
          />
        </div>
      </div>
      <span className="flex items-center gap-2 max-sm:hidden">
        {trace.root !== null && (
          <RowHistoryLink of={{ ...trace.root, source: trace.source }} className="btn" />
        )}
        <CopyButton text={location.href} label="Copy a link to this view">
          Copy link
        </CopyButton>
      </span>
    </header>
  );
}
