// What the API reads at size: no statement of any of these requests walks through a large table.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateCascades } from '../../../bench/store/generate.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { tracePageSchema } from '../../../src/api/views.ts';
import { type StoreClient, withClient } from '../../../src/store/client.ts';
import { rollDaysUp } from '../../../src/store/roll-days-up.ts';
import { rollUp } from '../../../src/store/roll-up.ts';
import { createDatabase } from '../../support/database.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';

type Plan = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Plan[];
};

/** A table of so many rows or more is large: reading it whole takes milliseconds here, and minutes elsewhere. */
const largeRows = 3_000;
const giantHops = 1_000;
const nowMs = Date.now();
let database: Awaited<ReturnType<typeof createDatabase>>;
let api: TestApi;
let largeTables: ReadonlySet<string>;
let walks: string[] = [];
/** What was read, and along which index. */
let scans: string[] = [];
let statements = 0;
let outlines = 0;
let one: Record<
  'trace' | 'giant' | 'event' | 'delivery' | 'correlation' | 'source' | 'job',
  string
>;

/** Every statement is planned once more, with the values that it was asked with. */
function watched(client: StoreClient): StoreClient {
  return {
    async query<Row>(text: string, values?: unknown[]): Promise<{ rows: Row[] }> {
      if (/^\s*(?:select|with)\b/i.test(text)) {
        statements += 1;
        if (text.includes('as "hasRetriesLeft"')) outlines += 1;
        const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
          `explain (format json) ${text}`,
          values,
        );
        for (const { 'QUERY PLAN': plans } of rows) {
          walks.push(...walksOf(plans[0].Plan).map((table) => `${table}: ${text}`));
          scans.push(...scansOf(plans[0].Plan));
        }
      }
      return client.query<Row>(text, values);
    },
  };
}

function walksOf(plan: Plan): string[] {
  const table = plan['Relation Name'] ?? '';
  const own = plan['Node Type'] === 'Seq Scan' && largeTables.has(table) ? [table] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(walksOf)];
}

function scansOf(plan: Plan): string[] {
  const index = plan['Index Name'];
  const own = index === undefined ? [] : [`${plan['Node Type']} of ${index}`];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)];
}

beforeAll(async () => {
  database = await createDatabase('plans');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  await withClient(database.url, async (client) => {
    await generateCascades(client, {
      events: 60_000,
      giants: 1,
      giantHops,
      days: 5,
      nowMs,
      payloads: 0.1,
    });
    await generateRollups(client);
    // As autovacuum does in the end, so that no entry of an index is still to be sorted in.
    await client.query('vacuum analyze');
    const large = await client.query<{ name: string }>(
      `select relname as name from pg_class where relkind = 'r' and reltuples >= ${largeRows}`,
    );
    largeTables = new Set(large.rows.map(({ name }) => name));
    const { rows } = await client.query<typeof one>(
      `select d.trace_id as trace, d.event_id as event, d.id as delivery, d.correlation_id as correlation, d.source, d.job,
         (select trace_id from deliveries group by 1 order by count(*) desc limit 1) as giant
       from readable_deliveries d limit 1`,
    );
    if (!rows[0]) throw new Error('nothing was generated');
    [one] = rows;
  });
  api = createTestApi({
    connect: (work) => withClient(database.url, (client) => work(watched(client))),
    now: () => nowMs,
  });
}, 120_000);
afterAll(() => database.drop());

/** Two weeks of minutes, a year of hours, and days, of a source, trigger and job that there are. */
async function generateRollups(client: StoreClient): Promise<void> {
  for (const [grain, every, keep] of [
    ['minute', '1 minute', '14 days'],
    ['hour', '1 hour', '365 days'],
    // More than are kept, so that they are a large table.
    ['day', '24 hours', '1200 days'],
  ] as const) {
    await client.query(
      `insert into ${grain}_rollups
       select at, e.source, e.trigger, d.job, d.target, e.named_by, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, '{40}', '{1}'
       from generate_series(date_trunc('${grain === 'day' ? 'day' : 'hour'}', now(), 'UTC') - $2::interval, now(), $1::interval) at,
         (select distinct on (d.job) * from deliveries d order by d.job limit 3) d
       join events e on e.trace_id = d.trace_id and e.ref = d.event_ref`,
      [every, keep],
    );
    await client.query(
      `insert into ${grain}_peaks select at, source, job, 1 from ${grain}_rollups on conflict do nothing`,
    );
  }
}

const filters = [
  'trigger=orders_placed',
  'trigger=suppliers_closed',
  'table=suppliers',
  'job=book-ledger-suppliers',
  'route=https://jobs-book.example.com/book-ledger-stock',
  'source=billing',
  'actor=person0@example.com',
  'actor=person1500@example.com',
  'actorKind=unattributed',
  'status=running',
  'status=waiting',
  'status=failed',
  'status=dead',
  'status=delivered',
  'minMs=600000',
  'maxMs=20',
  'row=orders%2342',
  'text=person19',
  'text=0190aaaa',
  'errors=true',
  'incomplete=true',
  `from=${new Date(nowMs - 3_600_000).toISOString()}`,
  `until=${new Date(nowMs - 86_400_000).toISOString()}`,
];
/** Of one name, or what can be true of nothing. */
const excludes = (a: string, b: string): boolean => {
  const names = [a, b].map((filter) => filter.split('=')[0]);
  return names[0] === names[1] || ['from until', 'minMs maxMs'].includes(names.join(' '));
};
const pairs = filters.flatMap((a, index) =>
  filters.slice(index + 1).flatMap((b) => (excludes(a, b) ? [] : [`${a}&${b}`])),
);

it.each([
  ['/api/traces', 3],
  ['/api/traces?links=certain', 3],
  ['/api/rows/shop/public/orders/42', 1],
  ['/api/dead-letters', 1],
  ['/api/dead-letters?discarded=true', 1],
  ['/api/dead-letters?job=book-ledger-suppliers', 2],
  ['/api/dead-letters?trigger=orders_placed&status=500', 1],
  ['/api/dead-letters?q=suppliers%2342', 2],
  ['/api/dead-letters?q=connection%20refused', 2],
  ['/api/dead-letters?q=0190aaaa-aaaa-8aaa-8aaa-aa0000000000', 2],
  ['/api/dead-letters/groups', 1],
  ['/api/dead-letters/groups?job=book-ledger-suppliers&q=500', 1],
])('%s is read along indexes', async (path, atLeast) => {
  expect(await walksThrough([path], atLeast)).toEqual([]);
});

it.each(['1h', '6h', '24h', '7d', '30d'])(
  'statistics of %s are read along indexes',
  async (range) => {
    const job = `/api/jobs/${one.source}/${one.job}`;
    expect(
      await walksThrough(
        [
          `/api/overview?range=${range}`,
          `/api/overview?range=${range}&source=${one.source}`,
          `/api/jobs?range=${range}`,
          `${job}?range=${range}`,
          `${job}/usual`,
          `/api/destinations?range=${range}`,
        ],
        30,
      ),
    ).toEqual([]);
  },
);

it('of a week over time, only the index of deliveries is read, and of one job only its lines', async () => {
  await walksThrough(['/api/jobs?range=7d'], 7);
  expect(scans).toContain('Index Only Scan of hour_rollups_deliveries');
  await walksThrough([`/api/jobs/${one.source}/${one.job}/usual`], 2);
  const lines = scans.flatMap((scan) => /\w+_rollups_\w+/.exec(scan) ?? []);
  expect(new Set(lines)).toEqual(
    new Set(['day', 'hour', 'minute'].map((grain) => `${grain}_rollups_of_job`)),
  );
});

it.each([24, 7 * 24, 30 * 24])('coverage of %i hours is read along indexes', async (hours) => {
  const path = `/api/coverage?from=${ago(hours)}`;
  expect(await walksThrough([path, `${path}&source=${one.source}`], 14)).toEqual([]);
});

const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

it('statistics of any time are read along indexes', async () => {
  const ofJob = `&source=${one.source}&job=${one.job}`;
  expect(
    await walksThrough(
      [1, 5, 100, 800].flatMap((hours) => [
        `/api/statistics?from=${ago(hours)}&until=${ago(0)}`,
        `/api/statistics?from=${ago(hours)}&until=${ago(0)}${ofJob}`,
      ]),
      8,
    ),
  ).toEqual([]);
});

it('a cascade, an event and a delivery are read along indexes', async () => {
  expect(await walksThrough([`/api/traces/${one.trace}`, `/api/traces/${one.giant}`], 8)).toEqual(
    [],
  );
  expect(
    await walksThrough([`/api/events/${one.event}`, `/api/events/${one.event}?source=shop`], 2),
  ).toEqual([]);
});

it('a large cascade takes reads in proportion to its size', async () => {
  const before = await rowsRead();
  await api.get(`/api/traces/${one.giant}`);
  const read = (await rowsRead()) - before;
  expect(read).toBeGreaterThan(2 * giantHops);
  expect(read).toBeLessThan(100 * giantHops);
});

it('a minute and its hour are rolled up along indexes', async () => {
  walks = [];
  statements = 0;
  await withClient(database.url, (client) =>
    rollUp(watched(client), { most: 3, onlyDue: false, timeoutMs: 20_000 }),
  );
  expect(statements).toBeGreaterThan(8);
  expect(walks).toEqual([]);
});

it('what triggers do when minutes, hours and days are made goes along indexes', async () => {
  await withClient(database.url, async (client) => {
    const { rows } = await client.query<{ minute: string }>(
      `select distinct date_trunc('minute', arrived_at, 'UTC')::text as minute from events order by 1 desc limit 20`,
    );
    const before = await rowsWalked(client);
    await client.query('insert into stale_minutes (minute) select unnest($1::timestamptz[])', [
      rows.map(({ minute }) => minute),
    ]);
    await client.query(
      `insert into stale_days select date_trunc('day', now(), 'UTC') - interval '48 hours' on conflict do nothing`,
    );
    // Again and again by one connection, so that what is planned for any time is taken where it seems as good.
    expect(await rollUp(client, { most: 20, onlyDue: false, timeoutMs: 20_000 })).toBe(20);
    expect(await rollDaysUp(client, { most: 20, timeoutMs: 20_000 })).toBeGreaterThan(0);
    expect(await rowsWalked(client)).toEqual(before);
  });
});

it('anything is found along indexes', async () => {
  const { trace, event, delivery, correlation } = one;
  const texts = [trace, event, delivery, correlation, correlation.slice(-36)].concat(
    'orders#42',
    'person19',
    'book-ledger',
    'nothing at all',
  );
  const paths = texts.map((text) => `/api/search?q=${encodeURIComponent(text)}`);
  expect(await walksThrough(paths, 25)).toEqual([]);
});

it('what waits of a job is found along indexes', async () => {
  expect(await walksThrough([`/api/jobs/${one.source}/${one.job}/waiting`], 1)).toEqual([]);
});

it('where few cascades fit, what their summaries need is read once, however far back they lie', async () => {
  outlines = 0;
  const answer = await api.get('/api/traces?actor=person100@example.com');
  const { traces } = tracePageSchema.parse(answer);
  const days = new Set(traces.map(({ startedAt }) => startedAt.slice(0, 10)));
  expect(days.size).toBeGreaterThan(1);
  expect(outlines).toBe(1);
});

it('cascades are found along indexes by each filter', async () => {
  const paths = filters.map((filter) => `/api/traces?${filter}`);
  expect(await walksThrough(paths, 40)).toEqual([]);
});

it('cascades are found along indexes by any two filters', async () => {
  const paths = pairs.map((pair) => `/api/traces?limit=5&${pair}`);
  expect(await walksThrough(paths, 400)).toEqual([]);
}, 120_000);

/** How many rows of each large table were read by walking through it, so far; but for notes, which no trigger reads. */
async function rowsWalked(client: StoreClient): Promise<Record<string, number>> {
  await client.query('select pg_stat_force_next_flush()');
  const { rows } = await client.query<{ name: string; read: number }>(
    `select relname as name, seq_tup_read::float8 as read from pg_stat_user_tables where relname = any ($1::text[])`,
    [[...largeTables].filter((name) => name !== 'stale_minutes')],
  );
  return Object.fromEntries(rows.map(({ name, read }) => [name, read]));
}

/** Rows read so far, of any table and by anybody, once all others have gone. */
async function rowsRead(): Promise<number> {
  return withClient(database.url, async (client) => {
    await expect
      .poll(
        async () => {
          const others = await client.query(
            `select from pg_stat_activity where datname = current_database()
               and backend_type = 'client backend' and pid <> pg_backend_pid()`,
          );
          return others.rows.length;
        },
        { timeout: 20_000 },
      )
      .toBe(0);
    const { rows } = await client.query<{ read: number }>(
      `select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::float8 as read from pg_stat_user_tables`,
    );
    return rows[0]?.read ?? 0;
  });
}

/** The large tables that a statement of these requests walks through. @param atLeast so many statements, so that it is known that they were watched */
async function walksThrough(paths: readonly string[], atLeast: number): Promise<string[]> {
  expect(largeTables.size).toBeGreaterThan(4);
  walks = [];
  scans = [];
  statements = 0;
  for (const path of paths) await api.get(path);
  expect(statements).toBeGreaterThanOrEqual(atLeast);
  return [...new Set(walks)];
}
