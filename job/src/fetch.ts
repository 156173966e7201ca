// Decides whom a call tells what caused it: the origins that its owner named, and nobody else.
import { correlationHeaders } from './outgoing-headers.ts';

type Fetch = typeof globalThis.fetch;

export type CorrelatedFetchOptions = {
  /** Who is told, as origins: `https://edge.example.com`. Exact: another port, scheme or subdomain is another. */
  origins: readonly string[];
  /** What sends the call, by default the global `fetch`; a service binding's, for example. */
  fetch?: Fetch;
  /** False leaves `traceparent`, `tracestate` and `baggage` to a tracer that sets them itself. */
  traceContext?: boolean;
};

/**
 * Makes a `fetch` that tells the jobs and edges at `origins` which work calls them. To all others it is the plain
 * `fetch`. A header that the caller sets itself stays as it is.
 *
 * A call that carries the ID follows no redirect unless the caller asks for it: `fetch` would hand the headers on to
 * whatever host the answer names. The redirect is returned as it came.
 *
 * @throws TypeError where an origin is none, at once.
 */
export function correlatedFetch(options: CorrelatedFetchOptions): Fetch {
  const { traceContext = true } = options;
  const origins = new Set(options.origins.map(originOf));
  const call: Fetch = (input, init) => {
    const send = options.fetch ?? globalThis.fetch;
    const isRequest = typeof input === 'object' && 'headers' in input;
    const url = isRequest ? input.url : String(input);
    if (!URL.canParse(url) || !origins.has(new URL(url).origin)) return send(input, init);
    // As `fetch` has it: headers of `init` replace those of the request.
    const headers = new Headers(init?.headers ?? (isRequest ? input.headers : undefined));
    const carried = correlationHeaders();
    // A tracestate belongs to its traceparent: whoever sets one of their own sets both.
    const isTraced = !traceContext || headers.has('traceparent');
    for (const [name, value] of Object.entries(carried)) {
      if (headers.has(name) || (isTraced && name.startsWith('trace'))) continue;
      if (name === 'baggage' && !traceContext) continue;
      headers.set(name, value);
    }
    const redirect = isRequest && input.redirect === 'error' ? 'error' : 'manual';
    return send(input, { redirect, ...init, headers });
  };
  return call;
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(
      `correlatedFetch: "${text}" is no origin. Give scheme and host: https://edge.example.com`,
    );
  }
  return url.origin;
}
