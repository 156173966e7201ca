// Attempts and further arrivals have no key in the tables that would refuse them a second time: two consumers that bring the
// same ones at the same time must wait for each other, whichever tells more.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { type StoreClient, withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, RecordMessage } from '../../../src/store/record.ts';
import { deliveriesOfEvent, findDelivery, findEvents } from '../../../src/store/nodes.ts';
import { readTraceNodes } from '../../../src/store/read-nodes.ts';
import { createDatabase } from '../../support/database.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { at, sampleAttempt, type SampleEvent, sampleEvent } from './sample-records.ts';

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase('once');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  await client.query(`truncate ${whatHappened}`);
});

/** @param around lends the consumer its client */
async function consume(
  records: readonly RecordMessage[],
  around: (given: StoreClient) => StoreClient = (given) => given,
): Promise<void> {
  const reports: string[] = [];
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords(
    { queue: 'records', messages: [message] },
    {
      connect: (work) => withClient(database.url, (given) => work(around(given))),
      now: () => Date.parse(at(10_000)),
      report: (text, facts) => reports.push(`${text} ${JSON.stringify(facts)}`),
    },
  );
  expect(reports).toEqual([]);
}

/** Stores `first`, and `second` by another consumer while the first one's rows are written and not committed. */
async function consumeMeanwhile(
  first: readonly AttemptRecord[],
  second: readonly AttemptRecord[],
): Promise<void> {
  const written = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const one = consume(first, (given) => ({
    async query<Row>(text: string, values?: unknown[]) {
      if (text === 'commit') {
        written.resolve();
        await goOn.promise;
      }
      return given.query<Row>(text, values);
    },
  }));
  await written.promise;
  const two = consume(second);
  await expect
    .poll(async () => {
      const { rows } = await client.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length;
    })
    .toBe(1);
  goOn.resolve();
  await Promise.all([one, two]);
}

const stored = async (): Promise<unknown> => {
  const attempts = await client.query(
    'select id, outcome from readable_attempts order by started_at',
  );
  const arrivals = await client.query('select id from readable_arrivals order by at');
  return { attempts: attempts.rows, arrivals: arrivals.rows.map(({ id }: { id: string }) => id) };
};

const webhook = { kind: 'webhook' as const, op: null, table: null, rowKey: null, actor: null };

describe.each([
  ['an event', {}],
  ['a webhook, whose trace is another one each time', webhook],
])('two tries of %s', (_name, facts: Partial<SampleEvent>) => {
  const tryOf = async (number: number) => {
    const atMs = 5_000 * number;
    const event = await sampleEvent({ ...facts, id: 'e', atMs: 'kind' in facts ? atMs : 0 });
    return sampleAttempt(event, { job: 'j', startMs: atMs + 10, endMs: atMs + 20, number });
  };

  it.each([
    ['running', 'ended'],
    ['ended', 'running'],
    ['ended', 'ended'],
  ] as const)('are stored once: %s, and %s meanwhile', async (told, toldMeanwhile) => {
    const [first, second] = [await tryOf(1), await tryOf(2)];
    await consumeMeanwhile([first[told]], [first[toldMeanwhile], second[told]]);
    // Now the event is known, and so is the first attempt of two.
    await consumeMeanwhile([second[told], first.running], [second[toldMeanwhile]]);
    expect(await stored()).toEqual({
      attempts: [first, second].map(({ ended }) => ({
        id: ended.attempt.id,
        outcome: 'delivered',
      })),
      arrivals: [first, second].map(({ ended }) => ended.arrival.id),
    });
  });

  it('are one where one uuid is written in two ways', async () => {
    const { running, ended } = await tryOf(1);
    const loud = {
      ...ended,
      attempt: { ...ended.attempt, id: ended.attempt.id.toUpperCase() },
      arrival: { ...ended.arrival, id: ended.arrival.id.toUpperCase() },
    };
    await consume([running, loud]);
    await consume([loud]);
    expect(await stored()).toEqual({
      attempts: [{ id: ended.attempt.id, outcome: 'delivered' }],
      arrivals: [ended.arrival.id],
    });
  });
});

/** Where further arrivals are, and what is told of them. */
const arrivals = async (): Promise<unknown> => {
  const { rows } = await client.query(
    `select (select count(*)::int from arrivals) as alone,
       (select count(*)::int from attempts where arrival_id is not null) as with_attempts,
       (select json_agg(json_build_array(a.id, a.current_retry) order by a.at) from readable_arrivals a) as told`,
  );
  return rows[0];
};
const toldOf = (...attempts: { running: AttemptRecord }[]): unknown =>
  attempts.map(({ running: { arrival } }) => [arrival.id, arrival.currentRetry]);

const tries = async () => {
  const event = await sampleEvent({ id: 'e', atMs: 0 });
  const first = await sampleAttempt(event, { job: 'j', startMs: 10, endMs: 20, number: 1 });
  const second = await sampleAttempt(event, { job: 'j', startMs: 510, endMs: 520, number: 2 });
  return { event, first, second };
};

describe('a further arrival', () => {
  it('is kept with the attempt that it brought', async () => {
    const { first, second } = await tries();
    await consume([first.ended]);
    await consume([second.running]);
    await consume([second.ended]);
    expect(await arrivals()).toEqual({ alone: 0, with_attempts: 1, told: toldOf(first, second) });
  });

  it('is kept with one of the attempts that it brought', async () => {
    const { event, first, second } = await tries();
    const other = await sampleAttempt(event, { job: 'k', startMs: 515, endMs: 525, number: 2 });
    const beside = { ...other.ended, arrival: second.ended.arrival };
    await consume([first.ended, second.running, beside]);
    await consume([beside, second.ended]);
    expect(await arrivals()).toEqual({ alone: 0, with_attempts: 1, told: toldOf(first, second) });
  });

  it('is kept by itself where it brought none, and stays there when it does', async () => {
    const { first, second } = await tries();
    const { attempt: _, ...waiting } = second.running;
    await consume([first.ended, { ...waiting, type: 'delivery' }]);
    expect(await arrivals()).toEqual({ alone: 1, with_attempts: 0, told: toldOf(first, second) });
    await consume([second.ended]);
    expect(await arrivals()).toEqual({ alone: 1, with_attempts: 0, told: toldOf(first, second) });
  });

  it('is told once where a Worker that does not know of those with attempts keeps it again', async () => {
    const { first, second } = await tries();
    await consume([first.ended, second.ended]);
    await client.query(
      `insert into arrivals (trace_id, event_ref, id, at, current_retry, max_retries)
       select e.trace_id, e.ref, $1, $2, $3, $4 from events e`,
      [
        second.ended.arrival.id,
        second.ended.arrival.at,
        second.ended.arrival.currentRetry,
        second.ended.arrival.maxRetries,
      ],
    );
    expect(await arrivals()).toEqual({ alone: 1, with_attempts: 1, told: toldOf(first, second) });
    await withClient(database.url, async (reader) => {
      const { events, deliveries } = await readTraceNodes(reader, [first.ended.event.traceId]);
      expect(events.map((event) => event.arrivals)).toEqual([2]);
      const [event] = await findEvents(reader, { id: 'e', source: 'shop' });
      expect(event?.arrivals).toBe(2);
      expect(deliveries.map((delivery) => delivery.hasRetriesLeft)).toEqual([true]);
    });
  });

  it('says whether its sender will come again', async () => {
    const event = await sampleEvent({ id: 'e', atMs: 0 });
    const tryOf = (number: number, retries: { current: number; max: number }) =>
      sampleAttempt(event, {
        job: 'j',
        startMs: 500 * number,
        endMs: 500 * number + 9,
        number,
        retries,
      });
    await consume([
      (await tryOf(1, { current: 0, max: 1 })).ended,
      (await tryOf(2, { current: 1, max: 1 })).ended,
    ]);
    await withClient(database.url, async (reader) => {
      const { deliveries } = await readTraceNodes(reader, [event.traceId]);
      const alone = await deliveriesOfEvent(reader, { ...event, source: 'shop' });
      for (const [delivery] of [deliveries, alone]) expect(delivery?.hasRetriesLeft).toBe(false);
    });
  });
});

describe('the error of an attempt', () => {
  it.each([
    ['The destination answered 500.', null],
    ['The destination answered 404.', 'The destination answered 404.'],
    ['The answer broke off: reset', 'The answer broke off: reset'],
  ])('is told as it came: %s', async (error, kept) => {
    const event = await sampleEvent({ id: 'e', atMs: 0 });
    const { ended } = await sampleAttempt(event, {
      job: 'j',
      startMs: 10,
      endMs: 20,
      outcome: 'failed',
    });
    await consume([{ ...ended, attempt: { ...ended.attempt, error } }]);
    const { rows } = await client.query(
      'select a.error as kept, r.error as told from attempts a join readable_attempts r on r.id = a.id',
    );
    expect(rows).toEqual([{ kept, told: error }]);
    await withClient(database.url, async (reader) => {
      const { deliveries } = await readTraceNodes(reader, [event.traceId]);
      const alone = await findDelivery(reader, ended.delivery.id);
      for (const delivery of [deliveries[0], alone])
        expect(delivery?.attempts[0]?.error).toBe(error);
    });
  });
});
