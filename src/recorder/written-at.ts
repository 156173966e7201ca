// When a write happened, in UTC: decided once, when its event is recorded. Hasura writes `created_at` in
// the time zone of the writer's session and does not say which, so an obvious shift is taken back out.
import { parseCreatedAt } from '../correlation/created-at.ts';

/** Clocks of databases and the edge may differ by so much without anybody's time zone being the reason. */
const clockToleranceMs = 2 * 60_000;
/** Every time zone is a whole number of quarter hours off UTC. */
const zoneStepMs = 15 * 60_000;

/**
 * The time that is shown and compared.
 * @param facts.writtenAt the session's own account of the write's UTC time: believed where there is one
 * @param facts.createdAt as the sender wrote it. Taken as UTC, it may lie after the arrival: then it is
 *   moved back by whole quarter hours to the latest time that is not after the arrival
 * @param facts.arrivedAt when the edge received the event (RFC 3339, UTC)
 * @returns RFC 3339 in UTC with six digits
 */
export function writtenAt(facts: {
  writtenAt: string | null;
  createdAt: string | null;
  arrivedAt: string;
}): string {
  const told = facts.writtenAt === null ? null : parseCreatedAt(facts.writtenAt);
  if (told) return told.canonical;
  const created = facts.createdAt === null ? null : parseCreatedAt(facts.createdAt);
  const arrivedMs = Date.parse(facts.arrivedAt);
  if (!created) return withMicros(arrivedMs, '000');
  if (created.ms - arrivedMs <= clockToleranceMs) return created.canonical;
  const steps = Math.ceil((created.ms - arrivedMs) / zoneStepMs);
  return withMicros(created.ms - steps * zoneStepMs, created.canonical.slice(-4, -1));
}

function withMicros(ms: number, micros: string): string {
  return new Date(ms).toISOString().replace('Z', `${micros}Z`);
}
