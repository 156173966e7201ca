// Decides whether a text is a correlation ID and takes it apart; writes one from its parts.
// Never looks anything up, never throws on what somebody else wrote into `updated_by`.
import { normaliseName } from './names.ts';

/** A job that an event caused (`hop`), or a system action that no event caused (`system`). */
export type CorrelationId =
  | { kind: 'hop'; trigger: string; job: string; uuid: string }
  | { kind: 'system'; system: string; uuid: string };

/** The longest correlation ID there is: two names of 64, two dots, a uuid of 36. */
export const maxCorrelationIdLength = 166;

/** A uuid of any version, in the usual form with four hyphens. */
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Spaces, tabs and line ends; the SQL twin trims the same four. */
const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\n' || character === '\r';

/** A value without the blanks around it, which columns of type `char(n)` and hand-written files add. */
export function trimValue(text: string): string {
  let from = 0;
  let until = text.length;
  while (from < until && isBlank(text[from])) from += 1;
  while (until > from && isBlank(text[until - 1])) until -= 1;
  return text.slice(from, until);
}

/**
 * Takes a correlation ID apart: `{trigger}.{job}.{uuid}` or `{system}.{uuid}`.
 *
 * Splits on dots: the last part is the uuid (any version: IDs minted elsewhere are IDs too), the rest are
 * names. What was written with other letters is read as the names it would have been given, so that no
 * cause is lost: upper case becomes lower case, and where a job's name kept its dots, everything between
 * the first name and the uuid is the job.
 *
 * @returns null for everything else: a value with `@` (always a person), a bare uuid or user id, a missing
 * name, no uuid at the end. Never throws.
 */
export function parseCorrelationId(text: string): CorrelationId | null {
  if (text.includes('@')) return null;
  const parts = trimValue(text).split('.');
  const uuid = (parts.pop() ?? '').toLowerCase();
  if (!uuidPattern.test(uuid)) return null;
  const [first, ...rest] = parts;
  if (first === undefined || first === '' || rest.includes('')) return null;
  if (rest.length === 0) return { kind: 'system', system: normaliseName(first), uuid };
  return { kind: 'hop', trigger: normaliseName(first), job: normaliseName(rest.join('-')), uuid };
}

/**
 * The ID of a job that an event caused.
 *
 * @param trigger The event trigger's name as its owner wrote it; normalised here, as is `job`.
 * @param uuid The hop's uuid, lower case (see `hopUuid`).
 */
export function formatHopId(trigger: string, job: string, uuid: string): string {
  return `${normaliseName(trigger)}.${normaliseName(job)}.${uuid}`;
}

/** The ID of a system action that no event caused: a cron job, a script. Normalises the name. */
export function formatSystemId(system: string, uuid: string): string {
  return `${normaliseName(system)}.${uuid}`;
}
