// Which rollups a span of time is read from: whole days by the day, unless something of them has changed since; otherwise by
// the hour, and what is left at the ends of the span by the minute.

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** Whole minutes, ms since the epoch; `fromMs` is in, `untilMs` is not. */
export type RollupSpan = { fromMs: number; untilMs: number; source: string | null };

/**
 * SQL: which parts of the span are read from which rollups. $1 to $6: where the span begins, its whole hours, its whole days;
 * where these end, its hours, and itself.
 */
export const pieces = `
  whole_day as materialized (
    select day, exists (select from stale_days s where s.day = d.day) as is_stale
    from generate_series($3::timestamptz, $4::timestamptz - interval '1 microsecond', interval '24 hours') d (day)),
  piece as materialized (
    select 'day' as grain, day as from_at, day + interval '24 hours' as until_at from whole_day where not is_stale
    union all
    select 'hour', day, day + interval '24 hours' from whole_day where is_stale
    union all
    values ('hour', $2::timestamptz, $3::timestamptz), ('hour', $4, $5), ('minute', $1, $2), ('minute', $5, $6))`;

/**
 * The values of {@link pieces}.
 * @param bucketMs what is longer than a step cannot be told by it; null: it is not told by time
 */
export function boundsOf({ fromMs, untilMs }: RollupSpan, bucketMs: number | null): string[] {
  if (fromMs % minuteMs !== 0 || untilMs % minuteMs !== 0) {
    throw new RangeError('Rollups are of whole minutes.');
  }
  const wholeOf = (sizeMs: number, firstMs: number, lastMs: number): [number, number] => {
    if (bucketMs !== null && bucketMs % sizeMs !== 0) return [lastMs, lastMs];
    const from = Math.min(Math.ceil(firstMs / sizeMs) * sizeMs, lastMs);
    return [from, Math.max(Math.floor(lastMs / sizeMs) * sizeMs, from)];
  };
  const [firstHourMs, lastHourMs] = wholeOf(hourMs, fromMs, untilMs);
  const [firstDayMs, lastDayMs] = wholeOf(dayMs, firstHourMs, lastHourMs);
  return [fromMs, firstHourMs, firstDayMs, lastDayMs, lastHourMs, untilMs].map(textOf);
}

/** RFC 3339. */
export const textOf = (ms: number): string => new Date(ms).toISOString();

/** SQL: the beginning of the step of so many seconds that `at` lies in. */
export const stepOf = (seconds: string): string =>
  `date_bin(make_interval(secs => ${seconds}::float8), at, to_timestamp(0))`;
