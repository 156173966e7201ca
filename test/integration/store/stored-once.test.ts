// Attempts and further arrivals have no key in the tables that would refuse them a second time: two consumers that bring the
// same ones at the same time must wait for each other, whichever tells more.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { type StoreClient, withClient } from '../../../src/store/client.ts';
import type { AttemptRecord } from '../../../src/store/record.ts';
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
  records: readonly AttemptRecord[],
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
