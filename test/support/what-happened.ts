// The tables of what happened, for tests that begin with none of it or compare all of it.

const partitioned = ['events', 'payloads', 'arrivals', 'deliveries', 'attempts', 'links', 'traces'];

/** For `truncate`. */
export const whatHappened = [...partitioned, 'webhook_places', 'jobs'].join(', ');

/** What is counted of it, for `truncate`. */
export const whatIsCounted = [
  'stale_minutes',
  'stale_days',
  'rolled_minutes',
  'rolled_hours',
  'minute_rollups',
  'hour_rollups',
  'day_rollups',
  'rollup_totals',
  'write_rollups',
  'minute_peaks',
  'hour_peaks',
  'day_peaks',
].join(', ');

/** In words, so that it makes no difference which numbers a name has got, and which arrival was recorded first. */
export const readable = [
  'readable_events',
  'readable_arrivals',
  'readable_deliveries',
  'readable_attempts',
  'readable_links',
  'readable_traces',
];
