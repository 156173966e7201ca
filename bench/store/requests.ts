// What the dashboard asks: a request of each sort, about things that are in the database, drawn alike for every run.
import { writeCursor } from '../../src/api/cursor.ts';
import type { StoreClient } from '../../src/store/client.ts';
import { drawing } from './records.ts';
import { people, shapes } from './shapes.ts';

export type Sort = {
  name: string;
  /** `whole`: a cascade of more than a thousand hops. */
  goal: 'page' | 'text' | 'whole';
  /** Its path, with what is asked. */
  path(): string;
};

type Known = {
  traces: { id: string; startedAt: string }[];
  rows: { source: string; table: string; key: string }[];
  events: string[];
  hops: string[];
  deliveries: string[];
  giants: string[];
  earliestMs: number;
  latestMs: number;
};

const sampled = 300;
const dayMs = 86_400_000;
const mostHops = 1_000;

/** @param client of a database that generated cascades are in */
export async function dashboardRequests(client: StoreClient, seed: number): Promise<Sort[]> {
  const draw = drawing(seed);
  const known = await readKnown(client, draw);
  const one = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(draw() * items.length)];
    if (item === undefined) throw new Error('There is nothing to ask for.');
    return item;
  };
  const person = (): string => `person${Math.floor(people * draw() ** 3)}@example.com`;
  const someDay = (): { from: string; until: string } => {
    const fromMs = known.earliestMs + draw() * (known.latestMs - known.earliestMs - dayMs);
    return { from: new Date(fromMs).toISOString(), until: new Date(fromMs + dayMs).toISOString() };
  };
  return [
    page(
      'latest cascades',
      cascades(() => ({})),
    ),
    page(
      'an older page',
      cascades(() => {
        const { id, startedAt } = one(known.traces);
        return { cursor: writeCursor({ at: startedAt, id }) };
      }),
    ),
    page(
      'of a day',
      cascades(() => someDay()),
    ),
    page(
      'by trigger',
      cascades(() => ({ trigger: one(shapes).trigger })),
    ),
    page(
      'by table',
      cascades(() => ({ table: one(shapes).table })),
    ),
    page(
      'by job',
      cascades(() => ({ job: one(shapes).job })),
    ),
    page(
      'by person',
      cascades(() => ({ actor: person() })),
    ),
    page(
      'by trigger and person',
      cascades(() => ({ trigger: one(shapes).trigger, actor: person() })),
    ),
    page(
      'by job, with errors, of a day',
      cascades(() => ({ ...someDay(), job: one(shapes).job, errors: 'true' })),
    ),
    page(
      'with errors',
      cascades(() => ({ errors: 'true' })),
    ),
    page(
      'running',
      cascades(() => ({ status: 'running' })),
    ),
    page(
      'failed',
      cascades(() => ({ status: 'failed' })),
    ),
    page(
      'with dead letters',
      cascades(() => ({ status: 'dead' })),
    ),
    page(
      'incomplete',
      cascades(() => ({ incomplete: 'true' })),
    ),
    page(
      'slower than 10 s',
      cascades(() => ({ minMs: '10000' })),
    ),
    page(
      'that wrote a row',
      cascades(() => {
        const { source, table, key } = one(known.rows);
        return { row: `${source}/public/${table}/${key}` };
      }),
    ),
    page('a cascade', () => cascade(one(known.traces).id)),
    page('an event', () => `/api/events/${one(known.events)}`),
    page('a row’s history', () => {
      const { source, table, key } = one(known.rows);
      return `/api/rows/${source}/public/${table}/${key}`;
    }),
    page('dead letters', () => '/api/dead-letters'),
    ...statistics(() => one(shapes).job),
    ...[1, 7, 30].map((days) =>
      page(
        `coverage of ${days === 1 ? 'a day' : `${days} days`}`,
        () => `/api/coverage?from=${new Date(known.latestMs - days * dayMs).toISOString()}`,
      ),
    ),
    page('loops', () => '/api/loops'),
    page('refusals', () => '/api/refusals'),
    page(
      'search: trace id',
      search(() => one(known.traces).id),
    ),
    page(
      'search: correlation ID',
      search(() => one(known.hops)),
    ),
    page(
      'search: event id',
      search(() => one(known.events)),
    ),
    page(
      'search: delivery id',
      search(() => one(known.deliveries)),
    ),
    page(
      'search: row',
      search(() => {
        const { table, key } = one(known.rows);
        return `${table}#${key}`;
      }),
    ),
    {
      name: 'search: name',
      goal: 'text',
      path: search(() => one(shapes).job.slice(0, 6 + Math.floor(draw() * 8))),
    },
    {
      name: 'by text',
      goal: 'text',
      path: cascades(() => ({ text: one(shapes).job.slice(0, 6 + Math.floor(draw() * 8)) })),
    },
    ...(known.giants.length === 0
      ? []
      : [
          {
            name: 'a cascade of 10,000 hops',
            goal: 'whole' as const,
            path: () => cascade(one(known.giants)),
          },
        ]),
  ];
}

/** What is counted by the minute, the hour and the day. */
function statistics(job: () => string): Sort[] {
  return [
    ...(['24h', '7d', '30d'] as const).flatMap((range) => [
      page(`overview of ${range}`, () => `/api/overview?range=${range}`),
      page(`jobs of ${range}`, () => `/api/jobs?range=${range}`),
    ]),
    page('a job of 24h', () => `/api/jobs/shop/${job()}?range=24h`),
    page('a job of 7d', () => `/api/jobs/shop/${job()}?range=7d`),
    page('what is usual of a job', () => `/api/jobs/shop/${job()}/usual`),
    page('destinations of 24h', () => '/api/destinations?range=24h'),
  ];
}

/** As the dashboard reads it. */
const cascade = (id: string): string => `/api/traces/${id}?form=columns`;

const pathWith =
  (path: string, query: () => Record<string, string>): (() => string) =>
  () =>
    `${path}?${new URLSearchParams(query()).toString()}`;

const cascades = (query: () => Record<string, string>): (() => string) =>
  pathWith('/api/traces', query);

const search = (text: () => string): (() => string) =>
  pathWith('/api/search', () => ({ q: text() }));

const page = (name: string, path: () => string): Sort => ({ name, goal: 'page', path });

async function readKnown(client: StoreClient, draw: () => number): Promise<Known> {
  const { rows: ends } = await client.query<{ from: number; until: number }>(
    `select extract(epoch from min(started_at))::float8 * 1000 as from,
       extract(epoch from max(started_at))::float8 * 1000 as until from traces`,
  );
  const [span] = ends;
  if (!span) throw new Error('There are no cascades.');
  // Trace ids begin with their time: from any place in between, the next one is found along the index.
  const places = Array.from({ length: sampled }, () => {
    const at = Math.floor(span.from + draw() * (span.until - span.from))
      .toString(16)
      .padStart(12, '0');
    return `${at.slice(0, 8)}-${at.slice(8)}-8000-8000-000000000000`;
  });
  const { rows: traces } = await client.query<{ id: string; startedAt: string }>(
    `select t.id, to_char(t.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "startedAt"
     from unnest($1::uuid[]) p (place) cross join lateral (
       select * from traces t where t.id >= p.place and t.deliveries <= ${mostHops} order by t.id limit 1) t`,
    [places],
  );
  const ids = traces.map(({ id }) => id);
  const { rows: events } = await client.query<{
    id: string;
    source: string;
    table: string;
    key: string;
  }>(
    `select distinct on (trace_id) id, source, table_name as table, row_key as key
     from readable_events where trace_id = any ($1::uuid[]) order by trace_id, md5(id)`,
    [ids],
  );
  const { rows: deliveries } = await client.query<{ id: string; hop: string }>(
    `select distinct on (trace_id) id, correlation_id as hop
     from readable_deliveries where trace_id = any ($1::uuid[]) order by trace_id, md5(id)`,
    [ids],
  );
  const { rows: giants } = await client.query<{ id: string }>(
    'select id from traces where deliveries >= 9000 limit 20',
  );
  return {
    traces,
    rows: events.map(({ source, table, key }) => ({ source, table, key })),
    events: events.map(({ id }) => id),
    hops: deliveries.map(({ hop }) => hop),
    deliveries: deliveries.map(({ id }) => id),
    giants: giants.map(({ id }) => id),
    earliestMs: span.from,
    latestMs: span.until,
  };
}
