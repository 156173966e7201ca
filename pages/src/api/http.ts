// The one place that speaks HTTP to the API. Decides how an answer becomes data or a Problem, never what is
// asked or shown. Paths, parameters and shapes are the API's own types.
import { hc } from 'hono/client';
import type { Api } from '../../../src/api/create-api.ts';
import type { InvalidPart } from '../../../src/api/problem.ts';
import { currentToken } from './token.ts';
import { addressToAsk } from './unmask.ts';

/** Why there is no data. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  readonly status: number;
  readonly detail: string;
  /** What the API found wrong in the request, part by part. */
  readonly errors: readonly InvalidPart[];
  constructor(status: number, title: string, detail: string, errors: readonly InvalidPart[] = []) {
    super(title);
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.errors = errors;
  }
}

/** What the API calls wrong stays wrong, however often it is asked. */
export function isRefused(error: unknown): error is Problem {
  return error instanceof Problem && error.status === 400;
}

/** There is no such thing, or none any more. */
export function isMissing(error: unknown): error is Problem {
  return error instanceof Problem && error.status === 404;
}

/** Somebody was faster: what it would have replaced has been changed since it was read. */
export function isOvertaken(error: unknown): error is Problem {
  return error instanceof Problem && error.status === 412;
}

/** What to tell somebody of an action that failed. */
export function failureText(error: Error): string {
  return error instanceof Problem && error.detail !== '' ? error.detail : error.message;
}

export const usualTimeoutMs = 15_000;

export const api = hc<Api>('/', {
  headers: (): Record<string, string> => {
    const token = currentToken();
    return token === null ? {} : { authorization: `Bearer ${token}` };
  },
  fetch: (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    input instanceof Request
      ? fetch(input, init)
      : fetch(addressToAsk(String(input), init?.method ?? 'GET'), init),
}).api;

/** RFC 9457 problem document; anything else is told by its status alone. */
async function problemOf(response: Response): Promise<Problem> {
  const fallback = `The API answered ${response.status} ${response.statusText}`.trim();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  if (!isJson) return new Problem(response.status, fallback, '');
  const body: unknown = await response.json().catch(() => null);
  return new Problem(
    response.status,
    textIn(body, 'title') ?? fallback,
    textIn(body, 'detail') ?? '',
    errorsIn(body),
  );
}

function textIn(body: unknown, field: string): string | null {
  if (typeof body !== 'object' || body === null) return null;
  const value: unknown = Reflect.get(body, field);
  return typeof value === 'string' ? value : null;
}

function errorsIn(body: unknown): InvalidPart[] {
  if (typeof body !== 'object' || body === null) return [];
  const list: unknown = Reflect.get(body, 'errors');
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    const [where, name, message] = ['in', 'name', 'message'].map((field) => textIn(item, field));
    return name && message ? [{ in: where ?? '', name, message }] : [];
  });
}

type Ask<T> = (init: { init: RequestInit }) => Promise<Response & { json(): Promise<T> }>;

/** Throws a {@link Problem} for anything but a 2xx with JSON. */
export async function answerOf<T>(
  ask: Ask<T>,
  signal?: AbortSignal,
  timeoutMs = usualTimeoutMs,
): Promise<T> {
  return (await taggedAnswerOf(ask, signal, timeoutMs)).body;
}

/** The same with the answer's ETag, for whoever wants to change what was read. */
export async function taggedAnswerOf<T>(
  ask: Ask<T>,
  signal?: AbortSignal,
  timeoutMs = usualTimeoutMs,
): Promise<{ body: T; etag: string }> {
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
  return { body, etag: response.headers.get('etag') ?? '' };
}
