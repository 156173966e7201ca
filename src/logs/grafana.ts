// Loki through Grafana's data source proxy, with a service account token (grafana.com/docs/grafana/latest/
// developer-resources/api-reference/http-api/data_source/#data-source-proxy-calls). Every way in which it
// can fail becomes an answer with its reason; the token is in no answer and no report.
import type { LogQuery, LogsAnswer, LogSource, OfflineReason } from './log-source.ts';
import { logqlFor } from './logql.ts';
import { readLokiAnswer } from './loki-answer.ts';

export type GrafanaOptions = {
  /** Grafana's address, with the path it is served under. */
  url: string;
  dataSourceUid: string;
  /** Empty for a Grafana that lets anybody in. */
  token: string;
  /** Stream selector that every query begins with. */
  selector: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  now?: () => number;
  timeoutMs?: number;
  /** Loki refuses more than 5,000 by default. */
  maxLines?: number;
};

/** More IDs would make the query longer than proxies on the way take. */
const maxIds = 40;

type Failure = { reason: OfflineReason; detail: string };

/** A source of logs that asks Loki through Grafana. */
export function createGrafanaLogSource(options: GrafanaOptions): LogSource {
  const { timeoutMs = 5_000, maxLines = 1_000, now = Date.now } = options;
  const host = new URL(options.url).host;
  return {
    async fetchLogs(query) {
      const correlationIds = query.correlationIds.slice(0, maxIds);
      const logql = correlationIds.length > 0 ? logqlFor(options.selector, correlationIds) : '';
      const asked = {
        query: logql,
        from: new Date(query.fromMs).toISOString(),
        to: new Date(query.toMs).toISOString(),
      };
      if (!logql) return { state: 'ok', lines: [], truncated: false, tookMs: 0, ...asked };
      const startedMs = now();
      const answer = await ask(options, {
        url: queryUrl(options, query, logql, maxLines),
        timeoutMs,
        host,
      });
      if ('reason' in answer) return { state: 'offline', ...answer, ...asked };
      const read = readLokiAnswer(answer.json);
      if ('problem' in read) {
        return {
          state: 'offline',
          reason: 'not_loki',
          detail: `${host} answered JSON, but not as Loki does. ${read.problem}`,
          ...asked,
        };
      }
      return {
        state: 'ok',
        lines: read.lines,
        truncated: read.entries >= maxLines || query.correlationIds.length > maxIds,
        tookMs: now() - startedMs,
        ...asked,
      } satisfies LogsAnswer;
    },
  };
}

function queryUrl(
  options: GrafanaOptions,
  query: LogQuery,
  logql: string,
  maxLines: number,
): string {
  const base = options.url.endsWith('/') ? options.url : `${options.url}/`;
  const uid = encodeURIComponent(options.dataSourceUid);
  const url = new URL(`api/datasources/proxy/uid/${uid}/loki/api/v1/query_range`, base);
  url.searchParams.set('query', logql);
  url.searchParams.set('start', `${Math.floor(query.fromMs)}000000`);
  url.searchParams.set('end', `${Math.ceil(query.toMs)}000000`);
  url.searchParams.set('limit', String(maxLines));
  url.searchParams.set('direction', 'forward');
  return url.href;
}

async function ask(
  options: GrafanaOptions,
  request: { url: string; timeoutMs: number; host: string },
): Promise<{ json: unknown } | Failure> {
  const { host, timeoutMs } = request;
  const call = options.fetch ?? ((url: string, init: RequestInit) => fetch(url, init));
  let status: number;
  let text: string;
  let headers: Headers;
  try {
    const response = await call(request.url, {
      headers: {
        accept: 'application/json',
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      },
      // A redirect leads to a login page, never to logs.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    ({ status, headers } = response);
    text = await response.text();
  } catch (error) {
    return isTimeout(error)
      ? { reason: 'timed_out', detail: `${host} did not answer within ${timeoutMs} ms.` }
      : { reason: 'unreachable', detail: `${host} could not be reached: ${causeOf(error)}.` };
  }
  if (status < 200 || status > 299) return failureOf({ status, headers, text, host });
  try {
    return { json: JSON.parse(text) };
  } catch {
    return notJson(text, host);
  }
}

function failureOf(answer: {
  status: number;
  headers: Headers;
  text: string;
  host: string;
}): Failure {
  const { status, host } = answer;
  if (status === 401 || status === 403) {
    return {
      reason: 'refused_token',
      detail: `${host} refused the token (${status}). Give GRAFANA_TOKEN the token of a service account that may query the data source.`,
    };
  }
  if (status === 404) {
    return {
      reason: 'no_data_source',
      detail: `${host} knows no such data source (404). Check GRAFANA_DATA_SOURCE_UID and the path in GRAFANA_URL.`,
    };
  }
  if (status === 429) {
    const after = answer.headers.get('retry-after');
    return {
      reason: 'too_many_requests',
      detail: `${host} was asked too often (429).${after ? ` It asks to wait: ${after}.` : ''}`,
    };
  }
  if (status >= 300 && status < 400) {
    return {
      reason: 'not_loki',
      detail: `${host} sent us elsewhere (${status}), as it does with those who are not logged in. Check GRAFANA_URL and GRAFANA_TOKEN.`,
    };
  }
  const said = answer.text.trim().slice(0, 200);
  return { reason: 'failed', detail: `${host} answered ${status}${said ? `: ${said}` : ''}.` };
}

function notJson(text: string, host: string): Failure {
  const isPage = /^\s*<(?:!doctype|html)/i.test(text);
  return {
    reason: 'not_loki',
    detail: isPage
      ? `${host} answered with a web page, probably its login. Check GRAFANA_URL and GRAFANA_TOKEN.`
      : `${host} answered something that is not whole JSON (${text.length} characters).`,
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}

/** Node hides what happened in `cause`; workerd says it in the message, with a full stop. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = error.cause instanceof Error && error.cause.message ? error.cause : error;
  return said.message.replace(/\.+$/, '');
}
