// Which headers go on to the destination and come back to the sender (RFC 9110 §7.6.1). Pure.
import { parseTraceparent } from '../correlation/trace-context.ts';
import { tracestateToHandOn } from '../correlation/tracestate.ts';
import { ingestKeyHeader } from './guard.ts';
import { hopsHeader, hopsOf } from './hops.ts';

/** Fields of one connection, never of the message: RFC 9110 §7.6.1, and what older proxies send. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const notForDestination: ReadonlySet<string> = new Set(['host', 'content-length', ingestKeyHeader]);

/** What the destination gets of the sender's headers. */
export function headersForDestination(
  inbound: Headers,
  added: Readonly<Record<string, string>>,
): Headers {
  const headers = copied(
    inbound,
    // Cloudflare's own fields speak of the sender's connection to the edge.
    (name) => notForDestination.has(name) || name.startsWith('cf-'),
  );
  headers.set(hopsHeader, String(hopsOf(inbound) + 1));
  handOnTracestate(inbound, headers);
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  return headers;
}

/**
 * What the sender gets of the destination's headers.
 * @param keepRetryAfter false once Hasura has no retries left: the header overrides its `num_retries`,
 *   so that a destination which always sends it would be retried for ever
 */
export function headersForSender(
  answered: Headers,
  options: { correlationId: string; keepRetryAfter: boolean },
): Headers {
  const headers = copied(answered, () => false);
  // The runtime decodes the body as it passes through and sets what fits.
  if (headers.has('content-encoding')) headers.delete('content-length');
  if (!options.keepRetryAfter) headers.delete('retry-after');
  if (!headers.has('x-correlation-id')) headers.set('x-correlation-id', options.correlationId);
  return headers;
}

/**
 * `tracestate` belongs to a valid `traceparent` and goes with an invalid one (W3C Trace Context Level 2,
 * §3.3). `baggage` stands alone and is among the headers that go on as they came.
 */
function handOnTracestate(inbound: Headers, headers: Headers): void {
  const isContinued = parseTraceparent(inbound.get('traceparent') ?? '') !== null;
  const list = isContinued ? tracestateToHandOn(inbound.get('tracestate')) : null;
  if (list === null) headers.delete('tracestate');
  else headers.set('tracestate', list);
}

/**
 * Copies what belongs to the message. One pass that leaves out: each call into the runtime's `Headers` costs
 * more than the test of a name.
 */
function copied(from: Headers, isLeftOut: (name: string) => boolean): Headers {
  const connection = from.get('connection');
  const named = new Set(
    connection === null ? [] : connection.split(',').map((name) => name.trim().toLowerCase()),
  );
  const kept: [string, string][] = [];
  for (const [name, value] of from) {
    if (hopByHop.has(name) || named.has(name) || isLeftOut(name)) continue;
    kept.push([name, value]);
  }
  return new Headers(kept);
}
