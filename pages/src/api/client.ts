// The one place that speaks HTTP to the API. Decides how an answer becomes data or a Problem, never what
// a page shows. Paths, parameters and shapes are the API's own types.
import { hc } from 'hono/client';
import type { Api } from '../../../src/api/create-api.ts';
import type { LogsView, TraceDetail, TracePage } from '../../../src/api/views.ts';
import { currentToken } from './token.ts';

/** Why there is no data. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  readonly status: number;
  readonly detail: string;
  constructor(status: number, title: string, detail: string) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
  }
}

const timeoutMs = 15_000;

const api = hc<Api>('/', {
  headers: (): Record<string, string> => {
    const token = currentToken();
    return token === null ? {} : { authorization: `Bearer ${token}` };
  },
}).api;

/** RFC 9457 problem document; anything else is told by its status alone. */
async function problemOf(response: Response): Promise<Problem> {
  const fallback = `The API answered ${response.status} ${response.statusText}`.trim();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  if (!isJson) return new Problem(response.status, fallback, '');
  const body: unknown = await response.json().catch(() => null);
  const text = (field: string): string | null => {
    if (typeof body !== 'object' || body === null) return null;
    const value: unknown = Reflect.get(body, field);
    return typeof value === 'string' ? value : null;
  };
  return new Problem(response.status, text('title') ?? fallback, text('detail') ?? '');
}

/** Throws a {@link Problem} for anything but a 2xx with JSON. */
async function answerOf<T>(
  ask: (init: { init: RequestInit }) => Promise<Response & { json(): Promise<T> }>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const limit = AbortSignal.timeout(timeoutMs);
  let response: Response & { json(): Promise<T> };
  try {
    response = await ask({
      init: { signal: signal === undefined ? limit : AbortSignal.any([signal, limit]) },
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const slow = error instanceof DOMException && error.name === 'TimeoutError';
    throw new Problem(
      0,
      slow ? `The API did not answer within ${timeoutMs / 1000} s` : 'The API cannot be reached',
      slow ? '' : 'Check the connection and that Throughline is running.',
    );
  }
  if (!response.ok) throw await problemOf(response);
  const body: T | null = await response.json().catch(() => null);
  if (body === null) throw new Problem(response.status, 'The API did not answer with JSON', '');
  return body;
}

/** Newest first; `cursor` is a page's `nextCursor`. */
export function listTraces(cursor: string | null, signal?: AbortSignal): Promise<TracePage> {
  const query = cursor === null ? {} : { cursor };
  return answerOf((options) => api.traces.$get({ query }, options), signal);
}

/** The whole cascade that the trace belongs to; its `trace.id` is the root's. */
export function readTrace(id: string, signal?: AbortSignal): Promise<TraceDetail> {
  return answerOf(
    (options) => api.traces[':id'].$get({ param: { id }, query: {} }, options),
    signal,
  );
}

/** An event's id is unique within its source only. */
export type LogsTarget =
  | { of: 'deliveries'; id: string }
  | { of: 'events'; id: string; source: string };

/** Log lines of one delivery, or of everything an event caused directly. */
export function readLogs(target: LogsTarget, signal?: AbortSignal): Promise<LogsView> {
  const param = { id: target.id };
  return answerOf(
    (options) =>
      target.of === 'deliveries'
        ? api.deliveries[':id'].logs.$get({ param }, options)
        : api.events[':id'].logs.$get({ param, query: { source: target.source } }, options),
    signal,
  );
}
