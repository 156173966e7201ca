// The one place that speaks HTTP to the API. Decides how an answer becomes data or a Problem, never what
// a page shows. Shapes are the API's own types.
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
async function get<T>(path: string, signal: AbortSignal | undefined): Promise<T> {
  const token = currentToken();
  const limit = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(path, {
      headers: {
        accept: 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
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
  const query = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
  return get<TracePage>(`/api/traces${query}`, signal);
}

/** The whole cascade that the trace belongs to. */
export function readTrace(traceId: string, signal?: AbortSignal): Promise<TraceDetail> {
  return get<TraceDetail>(`/api/traces/${encodeURIComponent(traceId)}`, signal);
}

/** Log lines of one delivery, or of everything an event caused. */
export function readLogs(
  of: 'deliveries' | 'events',
  id: string,
  signal?: AbortSignal,
): Promise<LogsView> {
  return get<LogsView>(`/api/${of}/${encodeURIComponent(id)}/logs`, signal);
}
