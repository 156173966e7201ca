// What a source of logs is asked and what it answers. One interface, one file for each source, one suite that all of
// them pass (test/integration/logs/conformance.ts). A source never rejects for a reason that lies with itself: being
// out of reach is an answer.

/** Where a job's lines carry the correlation ID, and under which name (docs/log-labels.md). */
export type IdPlace = {
  in: 'structured_metadata' | 'label' | 'json' | 'line';
  /** Of the label, the metadata or the JSON member; members of members are named `a.b`. */
  name: string;
};

/** One page of lines, of a few IDs, out of one window. */
export type LogQuery = {
  /** Lines that carry any of these; never more than the source's `maxIds`. */
  correlationIds: readonly string[];
  /** Nanoseconds since the epoch; `toNs` is exclusive. */
  fromNs: bigint;
  toNs: bigint;
  /** Which end of the window comes first when there are more lines than `limit`. */
  direction: 'forward' | 'backward';
  /** Up to the source's `maxLines`. */
  limit: number;
};

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'unknown';

export type LogLine = {
  /** The same for the same line in every answer, and of no other line. */
  id: string;
  /** Nanoseconds since the epoch, as text: they do not fit a number. */
  timestampNs: string;
  level: LogLevel;
  /** Without ANSI escapes. */
  message: string;
  /** Labels, structured metadata and the members of a JSON line, all as text. */
  fields: Record<string, string>;
  correlationId: string | null;
};

export const offlineReasons = [
  'not_configured',
  'unreachable',
  'dns',
  'timed_out',
  'refused_token',
  'forbidden',
  'no_data_source',
  'too_many_requests',
  'query_refused',
  'failed',
  'login_page',
  'cut_answer',
  'not_logs',
] as const;
export type OfflineReason = (typeof offlineReasons)[number];

export type SourceFailure = {
  reason: OfflineReason;
  /** What happened and what to do, for people. Never the token. */
  detail: string;
  /** For how long the source asks to be left alone (Retry-After), ms. */
  retryAfterMs?: number;
};

export type SourceAnswer =
  /** In the order of time, oldest first, whatever the direction. `isFull`: it held as many as it may. */
  { lines: LogLine[]; isFull: boolean } | SourceFailure;

export type LogSource = {
  /** What people call it. */
  readonly name: string;
  /** Lines that one query can give. */
  readonly maxLines: number;
  /** IDs that one query can hold. */
  readonly maxIds: number;
  fetchPage(query: LogQuery): Promise<SourceAnswer>;
  /** The query in the source's own language, for people to try by hand. */
  textOf(correlationIds: readonly string[]): string;
  /** Where people can look for themselves; null where the source has no such page. */
  pageFor(query: Pick<LogQuery, 'correlationIds' | 'fromNs' | 'toNs'>): string | null;
};

export function isFailure<T extends object>(answer: T | SourceFailure): answer is SourceFailure {
  return 'reason' in answer;
}

/** What stands in where no source is configured. */
export const noLogSource: LogSource = {
  name: 'Grafana',
  maxLines: 5_000,
  maxIds: 1_000,
  fetchPage: () =>
    Promise.resolve({
      reason: 'not_configured',
      detail:
        'No log source is configured. Set GRAFANA_URL, GRAFANA_DATA_SOURCE_UID and the secret GRAFANA_TOKEN.',
    }),
  textOf: () => '',
  pageFor: () => null,
};
