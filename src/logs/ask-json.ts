// One HTTP request for JSON to whatever keeps the logs. Every way in which it can fail becomes an answer with its
// reason; what it sends to be let in is in no answer.
import type { SourceFailure } from './log-source.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export type JsonRequest = {
  url: string;
  method?: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  timeoutMs: number;
  /** Who answers, for people: "Grafana" or "Loki". */
  who: string;
  /** Which variables to look at when the answer is no. */
  look: { token: string; address: string };
  fetch?: Fetch | undefined;
  /** A status other than 2xx whose JSON is an answer all the same. */
  alsoRead?: number;
};

export async function askJson(request: JsonRequest): Promise<{ json: unknown } | SourceFailure> {
  const { timeoutMs } = request;
  const host = new URL(request.url).host;
  const call = request.fetch ?? ((url: string, init: RequestInit) => fetch(url, init));
  let status: number;
  let text: string;
  let headers: Headers;
  try {
    const response = await call(request.url, {
      method: request.method ?? 'GET',
      headers: { accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      // A redirect leads to a login page, never to logs.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    ({ status, headers } = response);
    text = await response.text();
  } catch (error) {
    return failureOfError(error, host, timeoutMs);
  }
  const isRead = (status >= 200 && status <= 299) || status === request.alsoRead;
  if (!isRead) return failureOf({ request, status, headers, text, host });
  try {
    return { json: JSON.parse(text) };
  } catch {
    return notJson(request, text, host);
  }
}

function failureOfError(error: unknown, host: string, timeoutMs: number): SourceFailure {
  if (isTimeout(error)) {
    return { reason: 'timed_out', detail: `${host} did not answer within ${timeoutMs} ms.` };
  }
  const cause = causeOf(error);
  return /ENOTFOUND|EAI_AGAIN|getaddrinfo|\bDNS\b/i.test(cause)
    ? { reason: 'dns', detail: `The name ${host} could not be resolved: ${cause}.` }
    : { reason: 'unreachable', detail: `${host} could not be reached: ${cause}.` };
}

/**
 * What Cloudflare answers in the place of an origin that a Worker cannot reach
 * (developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/).
 */
const cloudflareErrors: Record<number, SourceFailure> = {
  521: { reason: 'unreachable', detail: 'refuses connections (521)' },
  522: { reason: 'timed_out', detail: 'takes no connection in time (522)' },
  523: { reason: 'unreachable', detail: 'cannot be reached (523)' },
  524: { reason: 'timed_out', detail: 'did not answer in time (524)' },
  525: { reason: 'unreachable', detail: 'refuses the TLS handshake (525)' },
  526: { reason: 'unreachable', detail: 'has no valid certificate (526)' },
  530: { reason: 'dns', detail: 'could not be resolved (530)' },
};

function failureOf(answer: {
  request: JsonRequest;
  status: number;
  headers: Headers;
  text: string;
  host: string;
}): SourceFailure {
  const { status, host, request } = answer;
  const { who, look } = request;
  const said = saidIn(answer.text);
  switch (status) {
    case 401:
      return {
        reason: 'refused_token',
        detail: `${host} refused the token (401). Give ${look.token} one that ${who} knows.`,
      };
    case 403:
      return {
        reason: 'forbidden',
        detail: `${host} lets this token in, but not at the logs (403). Let what ${look.token} belongs to query the data source.`,
      };
    case 404:
      return {
        reason: 'no_data_source',
        detail: `${host} knows no such data source (404). Check ${look.address}.`,
      };
    case 429: {
      const retryAfterMs = retryAfterOf(answer.headers);
      const wait =
        retryAfterMs === null ? '' : ` It asks to wait ${Math.ceil(retryAfterMs / 1_000)} s.`;
      return {
        reason: 'too_many_requests',
        detail: `${host} was asked too often (429).${wait}`,
        ...(retryAfterMs === null ? {} : { retryAfterMs }),
      };
    }
    case 400:
    case 422:
      return { reason: 'query_refused', detail: `${host} answered ${status}${said}.` };
    default:
      break;
  }
  if (status >= 300 && status < 400) {
    return {
      reason: 'login_page',
      detail: `${host} sent us elsewhere (${status}), as it does with those who are not logged in. Check ${look.address} and ${look.token}.`,
    };
  }
  const known = cloudflareErrors[status];
  if (known) return { reason: known.reason, detail: `${host} ${known.detail}.` };
  const retryAfterMs = retryAfterOf(answer.headers);
  return {
    reason: 'failed',
    detail: `${host} answered ${status}${said}.`,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

function saidIn(text: string): string {
  const said = (messageIn(text) ?? text).trim().slice(0, 200);
  return said && !looksLikePage(said) ? `: ${said.replace(/\.+$/, '')}` : '';
}

/** Grafana says it in JSON, Loki as plain text. */
function messageIn(text: string): string | null {
  try {
    const json: unknown = JSON.parse(text);
    const message: unknown =
      typeof json === 'object' && json !== null ? Reflect.get(json, 'message') : null;
    return typeof message === 'string' ? message : null;
  } catch {
    // Plain text, or a page.
    return null;
  }
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterOf(headers: Headers): number | null {
  const text = headers.get('retry-after')?.trim();
  if (!text) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const untilMs = Date.parse(text);
  return Number.isNaN(untilMs) ? null : Math.max(0, untilMs - Date.now());
}

function looksLikePage(text: string): boolean {
  return /^\s*<(?:!doctype|html)/i.test(text);
}

function notJson(request: JsonRequest, text: string, host: string): SourceFailure {
  if (looksLikePage(text)) {
    return {
      reason: 'login_page',
      detail: `${host} answered with a web page, probably its login. Check ${request.look.address} and ${request.look.token}.`,
    };
  }
  const isCut = /^\s*[[{]/.test(text);
  return isCut
    ? {
        reason: 'cut_answer',
        detail: `${host} answered JSON that breaks off after ${text.length} characters.`,
      }
    : {
        reason: 'not_logs',
        detail: `${host} answered something that is no JSON (${text.length} characters).`,
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
