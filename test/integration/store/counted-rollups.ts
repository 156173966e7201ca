// Rollups as they are stored, and the same counted here in another way, of what the tables hold in words.
import type pg from 'pg';
import { bucketOf } from '../../../src/store/latency-histogram.ts';
import { rollupCounts } from '../../../src/store/rollup-line.ts';

const minute = 60_000;

export type Line = Record<(typeof rollupCounts)[number], number> & {
  latency: Record<number, number>;
};

const noLine = (): Line => ({
  events: 0,
  cascades: 0,
  writes: 0,
  covered: 0,
  deliveries: 0,
  delivered_first: 0,
  attempts: 0,
  delivered: 0,
  failed: 0,
  unreachable: 0,
  timed_out: 0,
  cancelled: 0,
  answered_429: 0,
  dead: 0,
  latency: {},
});

export type Grain = 'minute' | 'hour';
export type Rollups = { lines: Record<string, Line>; peaks: Record<string, number> };

const name = (column: string): string =>
  `coalesce((select text from names where id = ${column}), ${column}::text)`;

export async function rollups(client: pg.Client, grain: Grain): Promise<Rollups> {
  const { rows } = await client.query(
    `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as at, ${name('source')} as source,
       ${name('trigger')} as trigger, ${name('job')} as job, ${name('destination')} as destination, named_by,
       ${rollupCounts.join(', ')}, latency_buckets, latency_counts from ${grain}_rollups`,
  );
  const lines: Record<string, Line> = {};
  for (const row of rows) {
    const line = noLine();
    for (const count of rollupCounts) line[count] = row[count];
    row.latency_buckets.forEach((bucket: number, index: number) => {
      line.latency[bucket] = row.latency_counts[index];
    });
    lines[[row.at, row.source, row.trigger, row.job, row.destination, row.named_by].join(' ')] =
      line;
  }
  const { rows: peaks } = await client.query(
    `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as at, ${name('source')} as source, ${name('job')} as job, peak
     from ${grain}_peaks`,
  );
  return {
    lines,
    peaks: Object.fromEntries(peaks.map((row) => [`${row.at} ${row.source} ${row.job}`, row.peak])),
  };
}

const outcomes: Record<string, (typeof rollupCounts)[number]> = {
  delivered: 'delivered',
  failed: 'failed',
  unreachable: 'unreachable',
  timed_out: 'timed_out',
  cancelled: 'cancelled',
};

/** Of what the tables hold in words, one row after the other. */
export async function counted(client: pg.Client, grain: Grain): Promise<Rollups> {
  const lines: Record<string, Line> = {};
  const truncated = (time: Date): string =>
    grain === 'minute' ? time.toISOString().slice(0, 16) : `${time.toISOString().slice(0, 13)}:00`;
  const lineOf = (time: Date, ...key: string[]): Line =>
    (lines[[truncated(time), ...key].join(' ')] ??= noLine());
  const letter: Record<string, string> = {
    user: 'p',
    declared: 's',
    hop: 'h',
    carried: 'c',
    unattributed: 'n',
    legacy: 'l',
    unknown: 'u',
  };
  const { rows: events } = await client.query('select * from readable_events');
  const byId = new Map(events.map((event) => [event.id, event]));
  const by = (event: { named_by: string | null }): string => letter[event.named_by ?? ''] ?? '-';
  const { rows: links } = await client.query(
    `select event_id from readable_links where evidence = 'certain'`,
  );
  const { rows: roots } = await client.query(
    'select root_event_id from readable_traces where joined_to is null',
  );
  const certain = new Set(links.map(({ event_id }) => event_id));
  const first = new Set(roots.map(({ root_event_id }) => root_event_id));
  for (const event of events) {
    const { id, source, trigger, named_by: namedBy } = event;
    const line = lineOf(event.arrived_at, source, trigger ?? '0', '0', '0', by(event));
    line.events += 1;
    if (first.has(id)) line.cascades += 1;
    if (namedBy !== null) line.writes += 1;
    if (['user', 'declared'].includes(namedBy) || certain.has(id)) line.covered += 1;
  }
  const { rows: deliveries } = await client.query('select * from readable_deliveries');
  const { rows: attempts } = await client.query(
    'select * from readable_attempts order by started_at, id',
  );
  const seen = new Set<string>();
  const spans = new Map<string, { from: number; until: number | null }[]>();
  for (const attempt of attempts) {
    const delivery = deliveries.find(({ id }) => id === attempt.delivery_id);
    const event = byId.get(delivery.event_id);
    const { source, job } = delivery;
    const line = lineOf(
      attempt.started_at,
      source,
      event.trigger ?? '0',
      job,
      attempt.destination,
      by(event),
    );
    const isFirst = !seen.has(delivery.id);
    seen.add(delivery.id);
    line.attempts += 1;
    if (isFirst) line.deliveries += 1;
    if (isFirst && attempt.outcome === 'delivered') line.delivered_first += 1;
    const outcome = outcomes[attempt.outcome];
    if (outcome) line[outcome] += 1;
    if (attempt.status === 429) line.answered_429 += 1;
    if (attempt.ended_at && attempt.outcome !== 'cancelled') {
      const ms = attempt.ended_at - attempt.started_at;
      const bucket = bucketOf(ms);
      line.latency[bucket] = (line.latency[bucket] ?? 0) + 1;
    }
    const key = `${source} ${job}`;
    spans.set(key, [
      ...(spans.get(key) ?? []),
      { from: +attempt.started_at, until: attempt.ended_at && +attempt.ended_at },
    ]);
  }
  const { rows: letters } = await client.query(
    `select encode(delivery_id, 'hex') as id, dead_at, destination from dead_letters`,
  );
  for (const { id, dead_at, destination } of letters) {
    const delivery = deliveries.find((one) => one.id === id);
    const event = byId.get(delivery.event_id);
    lineOf(
      dead_at,
      delivery.source,
      event.trigger ?? '0',
      delivery.job,
      destination,
      by(event),
    ).dead += 1;
  }
  return { lines, peaks: peaksOf(spans, truncated) };
}

/** At each moment at which an attempt begins or a minute does, how many are under way. */
function peaksOf(
  spans: ReadonlyMap<string, { from: number; until: number | null }[]>,
  truncated: (time: Date) => string,
): Record<string, number> {
  const peaks: Record<string, number> = {};
  for (const [key, list] of spans) {
    const starts = list.map(({ from }) => from);
    const minutes = list.flatMap(({ from, until }) => {
      const last = Math.min(until ?? from, from + 60 * minute);
      const of: number[] = [];
      for (let ms = Math.floor(from / minute) * minute; ms <= last; ms += minute) of.push(ms);
      return of;
    });
    for (const ms of new Set([...starts, ...minutes])) {
      const running = list.filter(({ from, until }) => {
        const firstEnds = (Math.floor(from / minute) + 1) * minute;
        const ends = until === null ? firstEnds : Math.min(until, from + 60 * minute);
        return from <= ms && (ends > ms || from === ms);
      }).length;
      const where = `${truncated(new Date(ms))} ${key}`;
      if (running > 0) peaks[where] = Math.max(peaks[where] ?? 0, running);
    }
  }
  return peaks;
}
