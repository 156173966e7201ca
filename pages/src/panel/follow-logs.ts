// What is known of a node's logs over several answers: the last good lines outlive an outage of Grafana.
// Pure: answers and times in, state out.
import type { LogsView } from '../../../src/api/views.ts';

type Lines = Extract<LogsView, { state: 'ok' }>;

export interface FollowedLogs {
  view: LogsView;
  answeredAtMs: number;
  /** Answers in a row that said "offline". */
  offlineTries: number;
  kept: { view: Lines; atMs: number } | null;
}

const tailMs = 2_000;
const offlineWaitsMs = [5_000, 15_000, 30_000, 60_000] as const;

/** Adds an answer to what is known. */
export function followLogs(
  known: FollowedLogs | undefined,
  view: LogsView,
  nowMs: number,
): FollowedLogs {
  if (view.state === 'ok') {
    return { view, answeredAtMs: nowMs, offlineTries: 0, kept: { view, atMs: nowMs } };
  }
  return {
    view,
    answeredAtMs: nowMs,
    offlineTries: (known?.offlineTries ?? 0) + 1,
    kept: known?.kept ?? null,
  };
}

/** 5, 15, 30, then 60 s between tries while Grafana is offline. */
export function offlineWaitMs(tries: number): number {
  return offlineWaitsMs[Math.min(Math.max(tries, 1), offlineWaitsMs.length) - 1] ?? 60_000;
}

/** When to ask again: by the count of tries while offline, each 2 s while lines may come, else never. */
export function logsIntervalMs(known: FollowedLogs | undefined, live: boolean): number | false {
  if (known?.view.state === 'offline') return offlineWaitMs(known.offlineTries);
  return live ? tailMs : false;
}
