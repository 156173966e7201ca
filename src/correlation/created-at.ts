// Decides how an event's `created_at` is read: as UTC, to the microsecond, whatever zone it came with.
// Never corrects a zone: the text is hashed as it came, and the consumer corrects the time shown.
import { timeLimitMs } from './trace-uuid.ts';

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?: ?(?:[Zz]|[+-]\d\d(?::?\d\d(?::?\d\d)?)?))?$/;

/**
 * Reads a timestamp as Hasura and Postgres write them (`2026-11-24T18:33:21.12345`, with or without a zone,
 * `T` or a space). The zone is dropped, not applied: Hasura writes a `timestamp` in the *writer's session's*
 * zone and adds `Z` or nothing, so no zone in the text can be believed.
 *
 * @returns `canonical`: `YYYY-MM-DDTHH:MM:SS.ffffffZ`, six digits (more are cut); `ms`: the same in whole
 * milliseconds since 1970, rounded down. Null for anything else: no such day, before 1970, `infinity`.
 */
export function parseCreatedAt(text: string): { canonical: string; ms: number } | null {
  const match = pattern.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const toSecond = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const micros = fraction.slice(0, 6).padEnd(6, '0');
  const ms = Date.parse(`${toSecond}.${micros.slice(0, 3)}Z`);
  if (Number.isNaN(ms) || ms < 0 || ms >= timeLimitMs) return null;
  // Date.parse rolls 30 February over to March, and 24:00 to the next day; what does not exist is no time.
  if (new Date(ms).getUTCDate() !== Number(day)) return null;
  return { canonical: `${toSecond}.${micros}Z`, ms };
}
