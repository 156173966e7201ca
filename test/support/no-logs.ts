// Logs where no source is configured, for tests that look at something else.
import { setTimeout as wait } from 'node:timers/promises';
import { noLogSource, type LogQuery, type LogSource } from '../../src/logs/log-source.ts';
import { createLogs, type Logs, LogsState } from '../../src/logs/logs.ts';

export const noLogs: Logs = logsFrom(noLogSource);

/** What an isolate makes of a source, without a cache beyond it. */
export function logsFrom(source: LogSource): Logs {
  return createLogs(source, new LogsState(), {
    now: () => Date.now(),
    wait: (ms) => wait(ms),
    waitUntil: () => {},
    cache: null,
  });
}

/** A source that has no lines, and notes what it was asked. */
export function noting(asked: LogQuery[]): LogSource {
  return {
    name: 'Loki',
    maxLines: 5_000,
    maxIds: 50,
    textOf: (ids) => ids.join(),
    pageFor: () => null,
    fetchPage: (query) => {
      asked.push(query);
      return Promise.resolve({ lines: [], isFull: false });
    },
  };
}
