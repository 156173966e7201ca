// Where a delivery's time went, part by part, from the write to its last answer. Pure.
import type { DeliveryView, EventView } from '../../../src/api/views.ts';

export interface TimePart {
  kind: 'arriving' | 'before' | 'attempt' | 'waiting';
  label: string;
  /** Below 0 where two clocks differ: the database's and the edge's. */
  ms: number;
}

/** In order, without those that took nothing. What has no end yet is not among them. */
export function timeParts(
  { attempts }: Pick<DeliveryView, 'attempts'>,
  event: Pick<EventView, 'createdAt' | 'arrivedAt'> | null,
): TimePart[] {
  const parts: TimePart[] = [];
  const first = attempts[0];
  if (event !== null) {
    const writtenMs = Date.parse(event.createdAt);
    const arrivedMs = Date.parse(event.arrivedAt);
    parts.push({ kind: 'arriving', label: 'Written, until it arrived', ms: arrivedMs - writtenMs });
    if (first !== undefined) {
      const ms = Date.parse(first.startedAt) - arrivedMs;
      parts.push({ kind: 'before', label: 'Arrived, until it was sent', ms });
    }
  }
  for (const [index, attempt] of attempts.entries()) {
    const startedMs = Date.parse(attempt.startedAt);
    const before = attempts[index - 1];
    if (before?.endedAt != null) {
      const ms = startedMs - Date.parse(before.endedAt);
      parts.push({ kind: 'waiting', label: `Waiting for attempt ${index + 1}`, ms });
    }
    if (attempt.endedAt !== null) {
      const label = attempts.length === 1 ? 'Sent, until it was answered' : `Attempt ${index + 1}`;
      parts.push({ kind: 'attempt', label, ms: Date.parse(attempt.endedAt) - startedMs });
    }
  }
  return parts.filter(({ ms }) => ms !== 0);
}
