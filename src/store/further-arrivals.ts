// Where an event's arrivals are: the first that was recorded with the event, a further one with the attempt that it brought,
// or in `arrivals` where it brought none, as of a delivery that waits. It only says where.
import { isAttemptOf } from './sql.ts';

/** When the arrival came that attempt `a` has with it. */
export const arrivedAtOf = (a: string): string =>
  `(${a}.started_at - ${a}.arrived_before * interval '1 microsecond')`;

/**
 * As SQL: the further arrivals of one event, each a row of `at`, `id`, `current_retry`, `max_retries`. Once each: a Worker
 * that does not know of those with attempts keeps them beside these.
 * Each step is a look along an index: of a join Postgres reads more while a week is new and has no statistics.
 * @param isNear what is said of each table, so that Postgres shuts partitions out
 */
export const furtherArrivalsOf = (
  trace: string,
  ref: string,
  isNear: (x: string) => string = () => 'true',
): string => `(
  select x.at, x.id, x.current_retry, x.max_retries from arrivals x
  where x.trace_id = ${trace} and x.event_ref = ${ref} and ${isNear('x')}
  union
  select ${arrivedAtOf('x')}, x.arrival_id, x.current_retry, x.max_retries
  from (
    select y.trace_id, y.ref from deliveries y
    where y.trace_id = ${trace} and y.event_ref = ${ref} and ${isNear('y')} offset 0) y
  cross join lateral (
    select x.* from attempts x where ${isAttemptOf('x', 'y')} and x.arrival_id is not null and ${isNear('x')} offset 0) x)`;
