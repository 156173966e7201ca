// Which headers go on to the destination and come back to the sender (RFC 9110 §7.6.1). Pure.
import { parseTraceparent } from '../correlation/trace-context.ts';
import { tracestateToHandOn } from '../correlation/tracestate.ts';
import { ingestKeyHeader } from './guard.ts';
import { hopsHeader, hopsOf } from './hops.ts';

/** Fields of one connection, never of the message: RFC 9110 §7.6.1, and what older proxies send. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** What the destination gets of the sender's headers. */
export function headersForDestination(
  inbound: Headers,
  added: Readonly<Record<string, string>>,
): Headers {
  const headers = withoutHopByHop(inbound);
  headers.delete('host');
  headers.delete('content-length');
  headers.delete(ingestKeyHeader);
  headers.set(hopsHeader, String(hopsOf(inbound) + 1));
  // Cloudflare's own fields speak of the sender's connection to the edge.
  const ofTheEdge = [...headers.keys()].filter((name) => name.startsWith('cf-'));
  for (const name of ofTheEdge) headers.delete(name);
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
  const headers = withoutHopByHop(answered);
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

function withoutHopByHop(from: Headers): Headers {
  const headers = new Headers(from);
  const named = (from.get('connection') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name));
  for (const name of [...hopByHop, ...named]) headers.delete(name);
  return headers;
}
