// Which headers go on to the destination and come back to the sender (RFC 9110 §7.6.1). Pure.
import { parseTraceparent } from '../correlation/trace-context.ts';
import { tracestateToHandOn } from '../correlation/tracestate.ts';
import { ingestKeyHeader } from './guard.ts';
import type { HeaderFields } from './header-fields.ts';
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
/** `tracestate` goes on by rules of its own. */
const notForDestination: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'tracestate',
  ingestKeyHeader,
]);
/** RFC 9110 §5.6.2, lower case: the runtime throws at any other name. */
const fieldName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** What the destination gets of the sender's headers. */
export function headersForDestination(
  inbound: HeaderFields,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  // Without a prototype, so that a field named `__proto__` is one like any other.
  const headers: Record<string, string> = Object.create(null);
  const named = namedBy(inbound.get('connection'));
  for (const [name, value] of inbound.all) {
    if (hopByHop.has(name) || notForDestination.has(name) || named.includes(name)) continue;
    // Cloudflare's own fields speak of the sender's connection to the edge.
    if (!name.startsWith('cf-')) headers[name] = value;
  }
  headers[hopsHeader] = String(hopsOf(inbound) + 1);
  const tracestate = tracestateOf(inbound);
  if (tracestate !== null) headers['tracestate'] = tracestate;
  return Object.assign(headers, added);
}

/**
 * Makes of the destination's headers what the sender gets, in place: they are copied whole, since that is one
 * call into the runtime.
 * @param keepRetryAfter false once Hasura has no retries left: the header overrides its `num_retries`,
 *   so that a destination which always sends it would be retried for ever
 */
export function fitForSender(
  headers: Headers,
  options: { correlationId: string; keepRetryAfter: boolean },
): void {
  for (const name of namedBy(headers.get('connection'))) headers.delete(name);
  for (const name of hopByHop) headers.delete(name);
  // The runtime decodes the body as it passes through and sets what fits.
  if (headers.has('content-encoding')) headers.delete('content-length');
  if (!options.keepRetryAfter) headers.delete('retry-after');
  if (!headers.has('x-correlation-id')) headers.set('x-correlation-id', options.correlationId);
}

/** The fields that a `Connection` header says are of this connection only. */
function namedBy(connection: string | null): string[] {
  if (connection === null || connection === 'keep-alive') return [];
  return connection
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => fieldName.test(name));
}

/**
 * `tracestate` belongs to a valid `traceparent` and goes with an invalid one (W3C Trace Context Level 2,
 * §3.3). `baggage` stands alone and is among the headers that go on as they came.
 */
function tracestateOf(inbound: HeaderFields): string | null {
  const list = inbound.get('tracestate');
  if (list === null || parseTraceparent(inbound.get('traceparent') ?? '') === null) return null;
  return tracestateToHandOn(list);
}
