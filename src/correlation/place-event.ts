// Decides which trace an event belongs to: an ID's trace only where the event's own payload shows it.
// Never decides evidence: whether the named hop really caused it is graded later, from the store.
import type { Operation } from './actor.ts';
import { isSetAnew } from './actor.ts';
import { parseCorrelationId } from './correlation-id.ts';
import { timeOf } from './trace-uuid.ts';

/** A day: the oldest trace that new events may join unless the configuration says otherwise. */
export const defaultLongestCascadeMs = 86_400_000;

/**
 * The uuid whose trace an event joins, or null where the event starts a trace of its own.
 *
 * The session variables come first, since they cannot be copied from row to row; then the actor, if this
 * write set it (the row is new, or it differs from the one before). An ID that merely stood in the row, one
 * older than the longest cascade, or one minted elsewhere (no version 8 uuid) places nothing.
 *
 * @param event.atMs When the event was written or arrived, in ms since 1970.
 * @returns `joins`: the uuid within the ID as it is named, so a hop's, or a trace's or unattributed write's
 * that the database minted (tell them apart with `uuidPlace`); `traceIdOf(joins)` is the trace.
 */
export function placeEvent(event: {
  op: Operation;
  actor: string | null;
  previousActor: string | null;
  sessionCorrelationId: string | null;
  atMs: number;
  longestCascadeMs: number;
}): { joins: string | null; by: 'session' | 'value' | null } {
  const oldestMs = event.atMs - event.longestCascadeMs;
  const bySession = joinableUuid(event.sessionCorrelationId, oldestMs);
  if (bySession !== null) return { joins: bySession, by: 'session' };
  if (event.op !== null && isSetAnew(event)) {
    const byValue = joinableUuid(event.actor, oldestMs);
    if (byValue !== null) return { joins: byValue, by: 'value' };
  }
  return { joins: null, by: null };
}

/** The uuid of a correlation ID whose own time is not before `oldestMs`; null for anything else. */
function joinableUuid(text: string | null, oldestMs: number): string | null {
  const id = text === null ? null : parseCorrelationId(text);
  if (id === null) return null;
  const timeMs = timeOf(id.uuid);
  return timeMs === null || timeMs < oldestMs ? null : id.uuid;
}
