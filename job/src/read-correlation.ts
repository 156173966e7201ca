// Decides what a request says of its cause: the correlation ID, the trace context and the count of edges to hand on. It never trusts a
// text: what is no ID is no cause, and what it returns can stand in SQL, headers and log lines as it is.
import {
  formatHopId,
  formatSystemId,
  parseCorrelationId,
} from '../../src/correlation/correlation-id.ts';
import { parseTraceparent, traceparentFor } from '../../src/correlation/trace-context.ts';
import { traceIdOf, uuidPlace } from '../../src/correlation/trace-uuid.ts';
import { tracestateToHandOn } from '../../src/correlation/tracestate.ts';
import { headersOf } from './request-headers.ts';

/** The W3C headers that go with a call; those that are not there are left out. */
export type TraceContext = { traceparent?: string; tracestate?: string; baggage?: string };

/** What caused the work that is under way. */
export type Correlation = {
  /** As the edge spells it, 166 characters of `[a-z0-9_.-]` at most; null where nothing named a cause. */
  readonly id: string | null;
  readonly traceContext: TraceContext;
  /** Edges that the work has come through, as the edge counts them; null where no edge brought it. */
  readonly hops: number | null;
};

export const noCorrelation: Correlation = { id: null, traceContext: {}, hops: null };

/** Longer than any header that a server takes as an ID; what is beyond is not even parsed. */
const longestText = 4096;

/** W3C Baggage, §3.3.2: 8,192 bytes must be handed on, more may be dropped. https://www.w3.org/TR/baggage/ */
const longestBaggage = 8192;

/**
 * Reads `x-correlation-id`, `traceparent`, `tracestate`, `baggage` and `x-throughline-hops` of a request.
 *
 * @param request See `headersOf` for the kinds that it knows.
 * @returns null for what is no request. `problem` says in one line of printable ASCII why an ID that came is none;
 * the work then has no ID, since a wrong cause is worse than none. Never throws.
 */
export function readCorrelation(
  request: unknown,
): (Correlation & { problem: string | null }) | null {
  const header = headersOf(request);
  if (header === null) return null;
  const { id, problem } = readId(header('x-correlation-id'));
  const traceContext = { ...traceContextFor(id, header), ...baggageOf(header) };
  return { id, problem, traceContext, hops: hopsOf(header) };
}

/** A text as the edge spells correlation IDs, or null where it is none (an e-mail is a person's, never an ID). */
export function canonicalId(text: string): string | null {
  const id = text.length > longestText ? null : parseCorrelationId(text);
  if (id === null) return null;
  return id.kind === 'hop'
    ? formatHopId(id.trigger, id.job, id.uuid)
    : formatSystemId(id.system, id.uuid);
}

/** The cause of work whose ID came otherwise than by a request, with the trace context that follows from the ID. */
export function correlationOf(id: string | null): Correlation {
  return id === null
    ? noCorrelation
    : { id, traceContext: traceContextFor(id, () => null), hops: null };
}

/** As the edge reads it: of a list the largest, nine digits at most. */
function hopsOf(header: (name: string) => string | null): number | null {
  const counts = header('x-throughline-hops')?.match(/\d{1,9}/g);
  return counts ? Math.max(...counts.map(Number)) : null;
}

function readId(header: string | null): { id: string | null; problem: string | null } {
  const values = new Set((header ?? '').split(',').map((text) => text.trim()));
  values.delete('');
  const [text, ...others] = values;
  if (text === undefined) return { id: null, problem: null };
  if (others.length > 0) {
    return { id: null, problem: `x-correlation-id names ${values.size} causes, so none is taken` };
  }
  const id = canonicalId(text);
  if (id !== null) return { id, problem: null };
  return {
    id: null,
    problem:
      `x-correlation-id "${printable(text)}" is no correlation ID, so this work names no cause. ` +
      'Hand it on as the edge sends it: {trigger}.{job}.{uuid}.',
  };
}

/** At most 100 characters; whatever could end a line or move a terminal's cursor becomes "?". */
function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');
}

function traceContextFor(
  id: string | null,
  header: (name: string) => string | null,
): Pick<TraceContext, 'traceparent' | 'tracestate'> {
  const inbound = header('traceparent');
  // The kit opens no span of its own: the hop, or whoever called, stays the parent of what the job calls.
  if (inbound !== null && parseTraceparent(inbound) !== null) {
    const tracestate = tracestateToHandOn(header('tracestate'));
    return { traceparent: inbound, ...(tracestate !== null && { tracestate }) };
  }
  const uuid = id === null ? undefined : id.split('.').at(-1);
  if (uuid === undefined || uuidPlace(uuid) === 'foreign') return {};
  return { traceparent: traceparentFor({ traceId: traceIdOf(uuid), hopId: uuid, inbound: null }) };
}

function baggageOf(header: (name: string) => string | null): Pick<TraceContext, 'baggage'> {
  const baggage = header('baggage');
  const isSafe =
    baggage !== null && baggage.length <= longestBaggage && /^[\x20-\x7e]+$/.test(baggage);
  return isSafe ? { baggage } : {};
}
