// Finds the trace that a sender is in, in whichever headers it says so. It knows no body: Hasura's
// `trace_context` says what caused an event, these headers only who delivered it.
import { parseTraceparent } from '../correlation/trace-context.ts';

type Ids = { traceId: string; spanId: string; isSampled: boolean };

/**
 * The sender's place in a trace as a `traceparent` (W3C Trace Context), or null where it names none.
 *
 * A `traceparent` decides alone: where it is invalid, the trace is begun anew. Without one, in this order:
 * `b3` and `X-B3-*` (github.com/openzipkin/b3-propagation, sent by Hasura 2), `X-Hasura-TraceId` and
 * `-SpanId` (Hasura 1.3, decimal). Ids of 64 bits are filled up with zeros on the left; without a sampling
 * decision the trace is sampled.
 */
export function inboundTraceparent(headers: Pick<Headers, 'get'>): string | null {
  const own = headers.get('traceparent');
  if (own !== null) return parseTraceparent(own) === null ? null : own;
  const ids = singleB3(headers) ?? severalB3(headers) ?? hasuraIds(headers);
  if (ids === null) return null;
  const traceparent = `00-${ids.traceId.padStart(32, '0')}-${ids.spanId}-${ids.isSampled ? '01' : '00'}`;
  return parseTraceparent(traceparent) === null ? null : traceparent;
}

/** `b3: {TraceId}-{SpanId}-{SamplingState}-{ParentSpanId}`, the last two optional. */
function singleB3(headers: Pick<Headers, 'get'>): Ids | null {
  const [traceId, spanId, sampled] = (headers.get('b3') ?? '').split('-');
  return b3Ids(traceId, spanId, sampled);
}

/** `X-B3-Flags: 1` is debug, which implies sampled. */
function severalB3(headers: Pick<Headers, 'get'>): Ids | null {
  const sampled = headers.get('x-b3-flags') === '1' ? 'd' : headers.get('x-b3-sampled');
  return b3Ids(headers.get('x-b3-traceid'), headers.get('x-b3-spanid'), sampled);
}

function b3Ids(
  traceId: string | null | undefined,
  spanId: string | null | undefined,
  sampled: string | null | undefined,
): Ids | null {
  const ids = { traceId: traceId?.toLowerCase() ?? '', spanId: spanId?.toLowerCase() ?? '' };
  if (!/^(?:[0-9a-f]{16}){1,2}$/.test(ids.traceId) || !/^[0-9a-f]{16}$/.test(ids.spanId))
    return null;
  return { ...ids, isSampled: sampled !== '0' && sampled?.toLowerCase() !== 'false' };
}

function hasuraIds(headers: Pick<Headers, 'get'>): Ids | null {
  const traceId = word64(headers.get('x-hasura-traceid'));
  const spanId = word64(headers.get('x-hasura-spanid'));
  return traceId === null || spanId === null ? null : { traceId, spanId, isSampled: true };
}

/** A 64-bit number in decimal, as 16 hex digits. */
function word64(text: string | null): string | null {
  if (text === null || !/^\d{1,20}$/.test(text)) return null;
  const hex = BigInt(text).toString(16);
  return hex.length > 16 ? null : hex.padStart(16, '0');
}
