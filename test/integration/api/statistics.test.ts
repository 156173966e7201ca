// What the API tells of jobs, destinations and everything: of hand-written deliveries, each number counted by hand.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  destinationListSchema,
  jobDetailSchema,
  jobListSchema,
  overviewSchema,
  statisticsSchema,
  usualSchema,
} from '../../../src/api/statistics-views.ts';
import {
  type KnownDestination,
  knownDestinationSchema,
} from '../../../src/config/configuration.ts';
import type { CircuitFacts } from '../../../src/circuits/circuit-report.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { rollUp } from '../../../src/store/roll-up.ts';
import { createTestApi, type TestApi } from '../../support/test-api.ts';
import { createGradedStore, type GradedStore } from '../store/graded-store.ts';
import { letterOf } from '../store/sample-day.ts';
import { sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A minute before it is full. As the samples count. */
const nowMs = Math.floor(Date.now() / hour) * hour - 20_000 - startMs;
/** When something fails. */
const soon = nowMs - 10 * minute;

const sumOf = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

let store: GradedStore;
let api: TestApi;
/** As admins have described destinations. */
let known = new Map<string, KnownDestination>();
const described = (limits: Record<string, number>): typeof known =>
  new Map(
    Object.entries(limits).map(([url, concurrencyLimit]) => [
      url,
      knownDestinationSchema.parse({ concurrencyLimit }),
    ]),
  );
let traceOfLetter = '';

const circuit: CircuitFacts = {
  id: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
  destination: 'https://jobs.example.com/charge-card',
  state: 'open',
  reason: 'Of 20 attempts 18 failed.',
  since: new Date(startMs + nowMs - minute).toISOString(),
  nextProbeAt: null,
  lastError: null,
  lastDeliveredAt: null,
  failingSince: null,
};

beforeAll(async () => {
  store = await createGradedStore('statistics');
  api = createTestApi({
    // As the Worker: a connection for each request.
    connect: (work) => work(store.client),
    now: () => startMs + nowMs,
    knownDestinations: () => Promise.resolve(known),
    circuits: {
      list: () => Promise.resolve({ circuits: [circuit], objectsOutOfReach: 0 }),
      reset: () => Promise.reject(new Error('not here')),
    },
  });
  const records: RecordMessage[] = [];
  const tell = async (given: {
    id: string;
    atMs: number;
    job: string;
    tries: readonly [number, number | null][];
    trigger?: string;
    actor?: string | null;
  }) => {
    const { id, atMs, job, tries, trigger = 'order_placed', actor = 'jane@example.com' } = given;
    const event = await sampleEvent({ id, atMs, trigger, actor });
    let last;
    for (const [index, [lastsMs, status]] of tries.entries()) {
      const startsMs = atMs + index * 10_000;
      last = await sampleAttempt(event, {
        job,
        startMs: startsMs,
        endMs: startsMs + lastsMs,
        number: index + 1,
        outcome: status === null ? 'timed_out' : status < 300 ? 'delivered' : 'failed',
        status,
      });
      records.push(last.running, last.ended);
    }
    return last;
  };
  // This day: 30 that arrive at once, in 100 ms; three after a 429, one of them after a time-out too; one never does.
  for (let n = 0; n < 30; n += 1) {
    const atMs = nowMs - 5 * hour + n * 2 * minute;
    await tell({ id: `a-${n}`, atMs, job: 'send-mail', tries: [[100, 200]] });
  }
  await tell({
    id: 'b-1',
    atMs: soon,
    job: 'charge-card',
    tries: [
      [50, 429],
      [200, 200],
    ],
  });
  await tell({
    id: 'b-2',
    atMs: soon,
    job: 'charge-card',
    tries: [
      [50, 429],
      [200, 200],
    ],
  });
  await tell({
    id: 'b-3',
    atMs: soon,
    job: 'charge-card',
    trigger: 'order_paid',
    actor: null,
    tries: [
      [50, 429],
      [9_000, null],
      [200, 200],
    ],
  });
  const dead = await tell({
    id: 'b-4',
    atMs: soon,
    job: 'charge-card',
    tries: [
      [40, 500],
      [40, 503],
    ],
  });
  if (!dead) throw new Error('nothing was told');
  traceOfLetter = dead.ended.event.traceId;
  records.push(await letterOf(dead.ended, soon + minute));
  // The day before: two.
  for (let n = 0; n < 2; n += 1) {
    await tell({ id: `c-${n}`, atMs: nowMs - 30 * hour, job: 'send-mail', tries: [[1_000, 200]] });
  }
  await store.consume(records);
  // As the cron does: consumers and readers leave most of so many minutes to it.
  await rollUp(store.client, { most: 1_000, onlyDue: false, timeoutMs: 20_000 });
});
afterAll(() => store.drop());

describe('the overview', () => {
  it('has figures of the range and of as long before', async () => {
    const view = overviewSchema.parse(await api.get('/api/overview?range=24h'));
    expect(view.figures).toMatchObject({
      events: 34,
      // Three of the four orders were of one mutation.
      cascades: 32,
      // Of the write that nobody signed nothing is known.
      coverage: { events: 34, covered: 33, share: 33 / 34 },
      deliveries: 34,
      attempts: 39,
      retries: 5,
      delivered: 33,
      deliveredFirst: 30,
      failures: 6,
      timedOut: 1,
      answered429: 3,
      deadLetters: 1,
      errorRate: 6 / 39,
      firstTimeShare: 30 / 34,
    });
    expect(view.figures.latency.attempts).toBe(39);
    expect(view.figures.latency.p50Ms).toBeGreaterThan(95);
    expect(view.figures.latency.p50Ms).toBeLessThan(105);
    expect(view.previous).toMatchObject({ events: 2, deliveries: 2, failures: 0, errorRate: 0 });
    expect(view.countedUntil).toBe(view.until);
    expect(Date.parse(view.until) - Date.parse(view.from)).toBe(24 * hour);
  });

  it.each(['1h', '6h', '24h', '7d', '30d'])(
    'draws %s in steps that miss nothing',
    async (range) => {
      const { figures, overTime, bucketMs } = overviewSchema.parse(
        await api.get(`/api/overview?range=${range}`),
      );
      const sum = (name: 'deliveries' | 'deliveredLater' | 'failures' | 'deadLetters') =>
        overTime.reduce((total, step) => total + step[name], 0);
      const all = { '1h': 4, '6h': 34, '24h': 34, '7d': 36, '30d': 36 }[range];
      expect([figures.deliveries, sum('deliveries')]).toEqual([all, all]);
      expect([sum('failures'), sum('deadLetters')]).toEqual([6, 1]);
      const starts = overTime.map(({ from }) => Date.parse(from));
      expect(starts.every((ms, index) => ms === (starts[0] ?? 0) + index * bucketMs)).toBe(true);
      expect(sum('deliveredLater')).toBe(3);
      const failing = overTime.find(({ failures }) => failures > 0)?.from ?? '';
      expect(Math.floor((startMs + soon) / bucketMs) * bucketMs).toBe(Date.parse(failing));
    },
  );

  it('names what fails, what delivers most, and what needs a look', async () => {
    const view = overviewSchema.parse(await api.get('/api/overview'));
    expect(view.topFailing).toMatchObject([
      { source: 'shop', job: 'charge-card', failures: 6, deadLetters: 1, deliveries: 4 },
    ]);
    expect(view.topTriggers).toMatchObject([
      { trigger: 'order_placed', deliveries: 33, events: 33 },
      { trigger: 'order_paid', deliveries: 1, timedOut: 1, coverage: { events: 1, covered: 0 } },
    ]);
    expect(view.needsALook).toMatchObject([
      {
        kind: 'dead_letters',
        severity: 'error',
        count: 1,
        subject: 'charge-card',
        cascadeId: traceOfLetter,
      },
      { kind: 'circuit_open', subject: circuit.destination, reason: circuit.reason },
    ]);
  });

  it('is of one source only where that is asked', async () => {
    const view = overviewSchema.parse(await api.get('/api/overview?source=billing'));
    expect(view.figures).toMatchObject({ events: 0, deliveries: 0, errorRate: null });
    expect(view.topFailing).toEqual([]);
    expect(view.needsALook.map(({ kind }) => kind)).toEqual(['circuit_open']);
  });
});

const jobsNow = async () => jobListSchema.parse(await api.get('/api/jobs')).jobs;
const cardNow = async () => jobDetailSchema.parse(await api.get('/api/jobs/shop/charge-card'));

const stepsIn = async (query: string) =>
  statisticsSchema.parse(await api.get(`/api/statistics?${query}`));

describe('any time', () => {
  const hourBefore = (hours: number): string =>
    new Date(startMs + nowMs - hours * 60 * minute).toISOString();

  it.each([
    ['1h', minute],
    ['6h', 5 * minute],
    ['24h', 60 * minute],
  ])(
    'is told in the finest steps that there are, and counts what a range of %s does',
    async (range, bucketMs) => {
      const view = overviewSchema.parse(await api.get(`/api/overview?range=${range}`));
      const told = await stepsIn(`from=${view.from}&until=${view.until}`);
      expect(told.bucketMs).toBe(bucketMs);
      expect(sumOf(told.overTime.map(({ deliveries }) => deliveries))).toBe(
        view.figures.deliveries,
      );
    },
  );

  it('is of one job or source only where that is asked', async () => {
    const span = `from=${hourBefore(2)}&until=${hourBefore(-1)}`;
    const ofJob = await stepsIn(`${span}&source=shop&job=charge-card`);
    expect(sumOf(ofJob.overTime.map(({ attempts }) => attempts))).toBe(9);
    const ofNone = await stepsIn(`${span}&source=billing`);
    expect(sumOf(ofNone.overTime.map(({ attempts }) => attempts))).toBe(0);
  });
});

describe('how many runs a platform allows at once', () => {
  const card = 'https://jobs.example.com/charge-card';

  afterEach(() => {
    known = new Map();
  });

  it('is told of jobs and of destinations that are described', async () => {
    known = described({ [card]: 5, 'https://elsewhere.example.com/': 9 });
    expect(await jobsNow()).toMatchObject([
      { job: 'charge-card', peak: 4, concurrencyLimit: 5 },
      { job: 'send-mail', concurrencyLimit: null },
    ]);
    expect(await cardNow()).toMatchObject({
      concurrencyLimit: 5,
      destinations: [{ destination: card, concurrencyLimit: 5 }],
    });
    const list = destinationListSchema.parse(await api.get('/api/destinations'));
    expect(list.destinations.map((one) => one.concurrencyLimit)).toEqual([5, null]);
  });

  it('is not known where nobody has said so', async () => {
    expect((await jobsNow()).map((job) => job.concurrencyLimit)).toEqual([null, null]);
    expect((await cardNow()).concurrencyLimit).toBeNull();
  });
});

describe('a job', () => {
  it('stands in the list, what fails most first', async () => {
    const { jobs, others } = jobListSchema.parse(await api.get('/api/jobs'));
    expect(others).toBeNull();
    expect(jobs).toMatchObject([
      { job: 'charge-card', attempts: 9, answered429: 3, timedOut: 1, peak: 4 },
      { job: 'send-mail', attempts: 30, failures: 0, firstTimeShare: 1, peak: 1 },
    ]);
    expect(sumOf(jobs[1]?.deliveriesOverTime ?? [])).toBe(30);
  });

  it('tells its callers, actors, destinations, peak, slowest and last failures', async () => {
    const view = jobDetailSchema.parse(await api.get('/api/jobs/shop/charge-card?range=1h'));
    expect(view.figures).toMatchObject({ deliveries: 4, attempts: 9, failures: 6, deadLetters: 1 });
    expect(view.previous).toMatchObject({ deliveries: 0 });
    expect(view.callers).toMatchObject([
      { trigger: 'order_placed', deliveries: 3 },
      { trigger: 'order_paid', deliveries: 1 },
    ]);
    expect(view.actors).toEqual([
      { namedBy: 'user', deliveries: 3 },
      { namedBy: 'unknown', deliveries: 1 },
    ]);
    expect(view.destinations).toMatchObject([
      { destination: 'https://jobs.example.com/charge-card', attempts: 9, circuit },
    ]);
    for (const { deliveries, deliveriesOverTime } of [...view.callers, ...view.destinations]) {
      expect(deliveriesOverTime).toHaveLength(view.overTime.length);
      expect(sumOf(deliveriesOverTime)).toBe(deliveries);
    }
    expect(view.peak).toBe(4);
    expect(Math.max(...view.overTime.map(({ peak }) => peak ?? 0))).toBe(4);
    expect(view.slowest[0]).toMatchObject({ outcome: 'timed_out', durationMs: 9_000 });
    expect(view.slowest).toHaveLength(9);
    expect(view.lastFailures).toHaveLength(6);
    expect(view.lastFailures[0]?.outcome).not.toBe('delivered');
    expect(view.usual).toMatchObject({ days: 7, attempts: 9 });
  });

  it('has a usual duration, as the details of a delivery show it', async () => {
    const usual = usualSchema.parse(await api.get('/api/jobs/shop/send-mail/usual'));
    expect(usual).toMatchObject({ days: 7, attempts: 32 });
    expect(usual.medianMs).toBeGreaterThan(95);
    expect(usual.medianMs).toBeLessThan(105);
    expect(usual.p95Ms).toBeGreaterThan(950);
    expect(usual.p95Ms).toBeLessThan(1_050);
  });
});

it('destinations are told with their jobs and their circuits', async () => {
  const { destinations, circuitsAreKnown } = destinationListSchema.parse(
    await api.get('/api/destinations'),
  );
  expect(circuitsAreKnown).toBe(true);
  expect(destinations).toMatchObject([
    { destination: circuit.destination, circuit, jobs: [{ source: 'shop', job: 'charge-card' }] },
    { circuit: null, attempts: 30, jobs: [{ source: 'shop', job: 'send-mail' }] },
  ]);
  expect(destinations.map(({ deliveriesOverTime }) => sumOf(deliveriesOverTime))).toEqual(
    destinations.map(({ deliveries }) => deliveries),
  );
});

it('what came last is counted for whoever asks, and what is not yet is said', async () => {
  const stale = new Date(Math.floor((startMs + nowMs - 20 * minute) / minute) * minute);
  await store.client.query('insert into stale_minutes (minute) values ($1)', [stale]);
  // As if it had just been made and had taken long.
  await store.client.query(
    `insert into rolled_minutes values ($1, now() + interval '1 hour')
     on conflict (minute) do update set next_at = excluded.next_at`,
    [stale],
  );
  const { countedUntil } = overviewSchema.parse(await api.get('/api/overview'));
  expect(Date.parse(countedUntil)).toBe(stale.getTime());
  await store.client.query('update rolled_minutes set next_at = now()');
  const after = overviewSchema.parse(await api.get('/api/overview'));
  expect(after.countedUntil).toBe(after.until);
});
