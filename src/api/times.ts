// Times as the API takes and tells them: RFC 3339. Durations are `…Ms`, and are numbers.
import { z } from 'zod';

/** As it is told: UTC, with up to six digits of a second. */
export const time = z.iso.datetime();

/** From here to there Postgres and JavaScript agree on every time. */
const earliestMs = Date.parse('1970-01-01T00:00:00Z');
const latestMs = Date.parse('9999-12-31T00:00:00Z');

/** As it is asked for, with any offset; becomes UTC, since Postgres takes no offset above 15:59. */
export const timeParam = z.iso
  .datetime({
    offset: true,
    abort: true,
    error: ({ input }) =>
      `${input === undefined ? 'is missing; it must' : 'must'} be a time with its zone, such as 2027-01-31T09:30:00Z`,
  })
  .refine((text) => isTellable(Date.parse(text)), 'must be a time from 1970 to 9999')
  .transform((text) => (text.endsWith('Z') ? text : new Date(text).toISOString()));

/** @param ms since the epoch */
export function isTellable(ms: number): boolean {
  return ms >= earliestMs && ms <= latestMs;
}
