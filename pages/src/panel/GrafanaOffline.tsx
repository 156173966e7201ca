// The logs are out of reach: why, since when, when they are asked for again, and what can be done meanwhile. An outage
// is never shown as "no logs".
import { ArrowClockwiseIcon } from '@phosphor-icons/react/ArrowClockwise';
import type { ReactElement } from 'react';
import type { LogsView } from '../../../src/api/log-views.ts';
import { useNow, useZone } from '../time/clock.ts';
import { formatAgo, formatClock } from '../time/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { offlineWaitMs, type LogBook } from './log-book.ts';
import { offlineTitle } from './offline-title.ts';
import { OpenInGrafana } from './OpenInGrafana.tsx';

type Offline = Extract<LogsView, { state: 'offline' }>;

export function GrafanaOffline(props: {
  view: Offline;
  book: LogBook;
  trying: boolean;
  onTry: () => void;
}): ReactElement {
  const { view, book, trying } = props;
  const { zone } = useZone();
  const nowMs = useNow(1000);
  const dueMs = book.answeredAtMs + offlineWaitMs(book.offlineTries);
  const leftSeconds = Math.max(0, Math.ceil((dueMs - nowMs) / 1000));
  const sinceMs = Date.parse(view.since);
  const isSetUp = view.reason !== 'not_configured';
  return (
    <div
      role="alert"
      aria-labelledby="grafana-offline"
      className="mx-4 mt-3 mb-2.5 flex gap-2.5 rounded-lg border border-fail bg-fail-tint px-3.5 py-3 text-[12.5px] leading-[18px]"
    >
      <span className="pt-px">
        <Glyph tone="fail" size={16} />
      </span>
      <div className="min-w-0">
        <h4 id="grafana-offline" className="text-[13px] font-semibold">
          {offlineTitle(view)}
        </h4>
        <p className="mt-0.5 wrap-anywhere">
          {view.detail.replace(/[.\s]*$/, '')}
          {isSetUp && ` (${triesText(view, formatClock(book.answeredAtMs, zone, false))})`}. The
          cascade, attempts and payloads do not need Grafana and work as usual.
        </p>
        {isSetUp && (
          <p className="mt-0.5 text-sub" aria-live="off">
            {Number.isNaN(sinceMs) || view.tries < 2
              ? ''
              : `Since ${formatClock(sinceMs, zone, false)}, ${formatAgo(sinceMs, nowMs)}. `}
            {trying || leftSeconds === 0 ? 'Trying again…' : `Trying again in ${leftSeconds} s`}
          </p>
        )}
        <div className="mt-2.5 flex flex-wrap items-center gap-2">
          <button type="button" className="btn" onClick={props.onTry} disabled={trying}>
            <ArrowClockwiseIcon size={14} />
            Try now
          </button>
          {view.query !== '' && (
            <CopyButton text={view.query} label={`Copy ${view.source} query`}>
              {`Copy ${view.source} query`}
            </CopyButton>
          )}
          <OpenInGrafana url={view.exploreUrl} />
        </div>
      </div>
    </div>
  );
}

function triesText({ tries }: Offline, clock: string): string {
  return tries === 1 ? `tried once at ${clock}` : `${tries} tries, last at ${clock}`;
}
