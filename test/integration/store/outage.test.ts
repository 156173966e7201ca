// An hour without Postgres, in compressed time: a queue hands records out again and again, and in the end each is stored
// once. The database and the consumer are real; the clock and the queue's waiting are not.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { StoreUnreachable, withClient } from '../../../src/store/client.ts';
import { createDatabase } from '../../support/database.ts';
import { readable, whatHappened } from '../../support/what-happened.ts';
import { sampleAttempt, sampleEvent } from './sample-records.ts';

const hourMs = 3_600_000;
const events = 40;

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase('outage');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

type Waiting = { id: string; body: unknown; dueMs: number; attempts: number };

/** A message of each event: both tellings of its attempt. Every tenth has a record that no schema takes beside it. */
async function messagesOverAnHour(): Promise<Waiting[]> {
  return Promise.all(
    Array.from({ length: events }, async (_, index) => {
      const event = await sampleEvent({ id: `event-${index}`, atMs: index * 1_000 });
      const { running, ended } = await sampleAttempt(event, {
        job: 'j',
        startMs: index * 1_000 + 10,
        endMs: index * 1_000 + 20,
      });
      const poison = index % 10 === 0 ? [{ v: 1, type: 'nonsense' }] : [];
      return {
        id: `m${index}`,
        body: [running, ended, ...poison],
        dueMs: index * 100_000,
        attempts: 0,
      };
    }),
  );
}

/** @param cut for each batch in turn, after how many statements the connection breaks; null: never */
async function drain(waiting: Waiting[], cut: () => number | null): Promise<number> {
  let nowMs = 0;
  let failures = 0;
  while (waiting.length > 0) {
    nowMs = Math.max(nowMs, Math.min(...waiting.map((message) => message.dueMs)));
    const batch = waiting.filter((message) => message.dueMs <= nowMs).slice(0, 10);
    const isDown = nowMs >= hourMs / 4 && nowMs < hourMs / 4 + hourMs;
    let left = isDown ? null : cut();
    await consumeRecords(
      {
        queue: 'records',
        messages: batch.map((message) => {
          message.attempts += 1;
          return {
            id: message.id,
            body: message.body,
            attempts: message.attempts,
            ack: () => waiting.splice(waiting.indexOf(message), 1),
            retry: ({ delaySeconds = 0 } = {}) => {
              failures += 1;
              expect(delaySeconds).toBeGreaterThan(0);
              message.dueMs = nowMs + delaySeconds * 1_000;
            },
          };
        }),
      },
      {
        connect: async (work) => {
          if (isDown) throw new StoreUnreachable('No connection to Postgres: it is down');
          return withClient(database.url, (real) =>
            work({
              query: async (text, values) => {
                const answer = await real.query(text, values);
                // The statement was made, a commit too, and nobody hears of it.
                if (left !== null && (left -= 1) < 0) {
                  left = null;
                  throw new StoreUnreachable('Postgres gave up: the connection broke');
                }
                return answer as never;
              },
            }),
          );
        },
        now: () => nowMs,
        report: () => {},
      },
    );
  }
  return failures;
}

async function contents(): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const view of readable) {
    const { rows } = await client.query(
      `select to_jsonb(t)::text as row from ${view} t order by 1`,
    );
    all[view] = rows;
  }
  return all;
}

const empty = () => client.query(`truncate ${whatHappened}, unreadable_records`);

it('loses no record and stores none twice over an hour of outage, wherever connections break', async () => {
  await empty();
  expect(await drain(await messagesOverAnHour(), () => null)).toBeGreaterThan(0);
  const expected = await contents();
  for (const [view, count] of [
    ['readable_events', events],
    ['readable_arrivals', events],
    ['readable_deliveries', events],
    ['readable_attempts', events],
  ] as const) {
    expect(expected[view]).toHaveLength(count);
  }
  const poison = await client.query('select message_id, reason from unreadable_records');
  expect(poison.rows).toHaveLength(events / 10);

  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.integer({ min: 0, max: 45 })), { minLength: 4, maxLength: 12 }),
      async (cuts) => {
        await empty();
        const left = [...cuts];
        await drain(await messagesOverAnHour(), () => left.shift() ?? null);
        expect(await contents()).toEqual(expected);
        const kept = await client.query('select from unreadable_records');
        expect(kept.rows).toHaveLength(events / 10);
      },
    ),
    { numRuns: 5 },
  );
});
