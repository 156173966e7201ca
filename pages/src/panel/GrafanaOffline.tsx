// Grafana is out of reach: why, when it is tried again, and what can be done meanwhile. An outage is never
// shown as "no logs".
import { ArrowClockwiseIcon } from '@phosphor-icons/react/ArrowClockwise';
import type { ReactElement } from 'react';
import type { LogsView } from '../../../src/api/views.ts';
import { useNow, useZone } from '../time/clock.ts';
import { formatClock } from '../time/format.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { offlineWaitMs, type FollowedLogs } from './follow-logs.ts';

type Offline = Extract<LogsView, { state: 'offline' }>;

export function GrafanaOffline(props: {
  view: Offline;
  followed: FollowedLogs;
  trying: boolean;
  onTry: () => void;
}): ReactElement {
  const { view, followed, trying } = props;
  const { zone } = useZone();
  const nowMs = useNow(1000);
  const { offlineTries: tries, answeredAtMs } = followed;
  const leftSeconds = Math.max(0, Math.ceil((answeredAtMs + offlineWaitMs(tries) - nowMs) / 1000));
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
          Grafana Offline
        </h4>
        <p className="mt-0.5 wrap-anywhere">
          {view.detail.replace(/[.\s]*$/, '')} (
          {tries === 1 ? 'tried once' : `${tries} tries, last`} at{' '}
          {formatClock(answeredAtMs, zone, false)}). The cascade, attempts and payloads do not need
          Grafana and work as usual.
        </p>
        <p className="mt-0.5 text-sub" aria-live="off">
          {trying || leftSeconds === 0 ? 'Trying again…' : `Trying again in ${leftSeconds} s`}
        </p>
        <div className="mt-2.5 flex flex-wrap gap-2">
          <button type="button" className="btn" onClick={props.onTry} disabled={trying}>
            <ArrowClockwiseIcon size={14} />
            Try now
          </button>
          <CopyButton text={view.query} label="Copy Loki query">
            Copy Loki query
          </CopyButton>
        </div>
      </div>
    </div>
  );
}
