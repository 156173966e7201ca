// A moment as <time>: what is read is relative or a clock, what is kept is RFC 3339.
import type { ReactElement } from 'react';
import { useNow, useZone } from '../time/clock.ts';
import { formatAgo, formatClock, formatDay, formatFull } from '../time/format.ts';

/** "3 min ago"; after two days the day. The exact moment is in the title. */
export function Ago({ at }: { at: string }): ReactElement {
  const { zone } = useZone();
  const nowMs = useNow(1000);
  const atMs = Date.parse(at);
  const old = nowMs - atMs > 48 * 3_600_000;
  return (
    <time dateTime={at} title={formatFull(atMs, zone)}>
      {old ? formatDay(atMs, zone) : formatAgo(atMs, nowMs)}
    </time>
  );
}

/** "14:32:07.412". */
export function Clock({ at }: { at: string }): ReactElement {
  const { zone } = useZone();
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={formatFull(atMs, zone)}>
      {formatClock(atMs, zone)}
    </time>
  );
}

/** "24 Nov 2026 14:32:07". */
export function Moment({ at }: { at: string }): ReactElement {
  const { zone } = useZone();
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={formatFull(atMs, zone)} className="whitespace-nowrap">
      {formatDay(atMs, zone)} {formatClock(atMs, zone, false)}
    </time>
  );
}
