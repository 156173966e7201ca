// What a source of logs is asked and what it answers. A source never throws for a reason that lies with
// itself: being out of reach is an answer.

export type LogQuery = {
  /** Lines that carry any of these. */
  correlationIds: readonly string[];
  /** ms since the epoch; `toMs` is exclusive. */
  fromMs: number;
  toMs: number;
};

export type LogLine = {
  /** Nanoseconds since the epoch, as text: they do not fit a number. */
  timestampNs: string;
  level: 'error' | 'warn' | 'info' | 'debug' | 'unknown';
  message: string;
  /** Labels, structured metadata and the members of a JSON line, all as text. */
  fields: Record<string, string>;
  correlationId: string | null;
};

export type OfflineReason =
  | 'not_configured'
  | 'unreachable'
  | 'timed_out'
  | 'refused_token'
  | 'no_data_source'
  | 'too_many_requests'
  | 'failed'
  | 'not_loki';

type Asked = {
  /** The query in the source's own language, for people to try by hand. */
  query: string;
  /** RFC 3339, UTC. */
  from: string;
  to: string;
};

export type LogsAnswer = Asked &
  (
    | { state: 'ok'; lines: LogLine[]; truncated: boolean; tookMs: number }
    | { state: 'offline'; reason: OfflineReason; detail: string }
  );

export type LogSource = {
  /** Lines in the order of time, oldest first. Never rejects. */
  fetchLogs(query: LogQuery): Promise<LogsAnswer>;
};

/** What stands in where no source is configured. */
export const noLogSource: LogSource = {
  fetchLogs: (query) =>
    Promise.resolve({
      state: 'offline',
      reason: 'not_configured',
      detail:
        'No Grafana is configured. Set GRAFANA_URL, GRAFANA_DATA_SOURCE_UID and the secret GRAFANA_TOKEN.',
      query: '',
      from: new Date(query.fromMs).toISOString(),
      to: new Date(query.toMs).toISOString(),
    }),
};
