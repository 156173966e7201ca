// How Hasura's event engine is, from what its event logs last told: whether events wait in them. Pure.
import { counted } from '../coverage/counted.ts';
import type { StoredEventLog } from '../store/read-coverage.ts';
import type { HealthView } from './views.ts';

const minuteMs = 60_000;
/** It fetches every second or so: what has waited for longer waits for something. */
const lateAfterMs = 5 * minuteMs;
/** The logs are looked at every few minutes. */
const oldAfterMs = 30 * minuteMs;

/** @param logs one for each application database that may be read, as it was looked at last */
export function eventEngineHealth(
  logs: readonly StoredEventLog[],
  nowMs: number,
): HealthView['eventEngine'] {
  const waiting = logs
    .filter(
      ({ oldestPendingAt }) =>
        oldestPendingAt !== null && nowMs - Date.parse(oldestPendingAt) > lateAfterMs,
    )
    .toSorted((a, b) => (a.oldestPendingAt ?? '').localeCompare(b.oldestPendingAt ?? ''));
  const [oldest] = waiting;
  if (oldest !== undefined && oldest.oldestPendingAt !== null) {
    const inAll = waiting.reduce((sum, { pending }) => sum + (pending ?? 0), 0);
    return {
      state: 'behind',
      since: oldest.oldestPendingAt,
      detail: `${counted(inAll)} of ${waiting.map(({ source }) => source).join(', ')} wait to be delivered. See whether Hasura runs, has enough event workers, and which destination answers slowly.`,
    };
  }
  const unread = logs.find(({ state }) => state !== 'ok' && state !== 'needs_index');
  if (unread !== undefined) {
    return { state: 'unknown', since: unread.checkedAt, detail: unread.detail };
  }
  const old = logs.find(({ checkedAt }) => nowMs - Date.parse(checkedAt) > oldAfterMs);
  if (old !== undefined) {
    return {
      state: 'unknown',
      since: old.checkedAt,
      detail: `The event log of ${old.source} has not been looked at since.`,
    };
  }
  return logs.length === 0
    ? {
        state: 'unknown',
        since: null,
        detail:
          'No event log has been looked at yet, so what waits in Hasura is not known. It is looked at every few minutes, where Throughline may read hdb_catalog.',
      }
    : { state: 'ok' };
}
