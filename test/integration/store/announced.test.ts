// What the consumer announces, with a real Postgres: only what can be read by then, under the cascade that shows it;
// and an announcement that fails changes nothing about a batch.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import type { Announcement } from '../../../src/live/connection.ts';
import { type LiveEntry, liveEntrySchema } from '../../../src/live/protocol.ts';
import { type ConsumeDeps, consumeRecords } from '../../../src/recorder/consume.ts';
import { findRoots } from '../../../src/store/cascades.ts';
import { withClient } from '../../../src/store/client.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { deadLetter } from '../deliveries/sample-letters.ts';
import { anonymous, reported } from './graded-store.ts';
import { at, sampleAttempt, sampleCascade, sampleEvent } from './sample-records.ts';

type Told = Omit<Announcement, 'missed'>;
let database: Awaited<ReturnType<typeof createDatabase>>;
let other: pg.Client;

beforeAll(async () => {
  database = await createDatabase('announced');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  other = new pg.Client({ connectionString: database.url });
  await other.connect();
});
afterAll(async () => {
  await other.end();
  await database.drop();
});
beforeEach(async () => {
  await other.query(`truncate ${whatHappened}, dead_letters, loops`);
});

async function consume(records: readonly RecordMessage[], given: Partial<ConsumeDeps> = {}) {
  const told: Told[] = [];
  const reports: string[] = [];
  let acked = 0;
  await consumeRecords(
    {
      queue: 'records',
      messages: [
        { id: randomUUID(), body: records, attempts: 1, ack: () => (acked += 1), retry: () => {} },
      ],
    },
    {
      connect: (work) => withClient(database.url, work),
      now: () => Date.parse(at(10_000)),
      report: (text) => reports.push(text),
      announce: (one) => told.push(one),
      ...given,
    },
  );
  for (const entry of told.flatMap(({ entries }) => entries)) liveEntrySchema.parse(entry);
  return { told, acked, reports, entries: told.flatMap(({ entries }) => entries) };
}

const changes = (entries: readonly LiveEntry[]) => entries.filter(({ kind }) => kind === 'growth');

describe('a batch', () => {
  it('is announced as one entry for each cascade, with what it says of it', async () => {
    const { records, traceId, first } = await sampleCascade();
    const { entries, acked } = await consume(records);
    expect(acked).toBe(1);
    expect(entries).toMatchObject([
      {
        kind: 'growth',
        traceId,
        sources: ['shop'],
        triggers: ['order_placed', 'payment_made', 'email_sent'],
        tables: ['public.orders', 'public.payments', 'public.emails'],
        jobs: ['charge-card', 'send-receipt', 'refresh-search'],
        problem: false,
      },
    ]);
    const [entry] = entries;
    expect(entry?.kind === 'growth' && entry.nodes).toContainEqual({
      of: 'delivery',
      id: first.ended.delivery.id,
      state: 'delivered',
    });
  });

  it('is announced when another connection can read it, and not before', async () => {
    const { records, traceId } = await sampleCascade();
    const readable: Promise<{ rows: unknown[] }>[] = [];
    await consume(records, {
      announce: () => {
        readable.push(other.query('select from traces where id = $1', [traceId]));
      },
    });
    expect((await readable[0])?.rows).toHaveLength(1);
  });

  it('is announced under the root that its trace is joined to', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 2_000 });
    await consume([hop.ended]);
    const write = await reported(await anonymous({ id: 'write', atMs: 1_000 }));
    const { entries } = await consume([write.ended]);
    expect(entries).toMatchObject([{ kind: 'growth', traceId: root.traceId, jobs: ['of-write'] }]);
  });

  it('announces a cascade too that only its evidence has changed', async () => {
    const root = await sampleEvent({ id: 'root', atMs: 0 });
    const hop = await sampleAttempt(root, { job: 'refresh', startMs: 100, endMs: 500 });
    const write = await reported(await anonymous({ id: 'write', atMs: 1_000 }));
    await consume([write.ended, hop.running]);
    // It ended before the write: the write is no part of its cascade any more.
    const { entries } = await consume([hop.ended]);
    const traces = changes(entries).map((entry) => 'traceId' in entry && entry.traceId);
    expect(new Set(traces)).toEqual(new Set([root.traceId, write.ended.event.traceId]));
  });

  it('announces a failure as a problem, and a dead letter with its cascade', async () => {
    const event = await sampleEvent({ id: 'e', atMs: 0 });
    const { ended } = await sampleAttempt(event, {
      job: 'charge-card',
      startMs: 100,
      endMs: 200,
      outcome: 'failed',
    });
    const { entries } = await consume([ended, deadLetter(ended, { atMs: 300 })]);
    expect(entries).toMatchObject([
      {
        kind: 'dead_letter',
        deliveryId: ended.delivery.id,
        traceId: event.traceId,
        job: 'charge-card',
        table: 'public.orders',
        reason: 'attempts_used_up',
      },
      {
        kind: 'growth',
        problem: true,
        nodes: [{ of: 'event' }, { of: 'delivery', state: 'dead' }],
      },
    ]);
  });

  it('counts what it does not name', async () => {
    const records = await Promise.all(
      Array.from({ length: 260 }, async (_, index) => {
        const event = await sampleEvent({
          id: `e${index}`,
          atMs: index,
          actor: `p${index}@example.com`,
        });
        return (await sampleAttempt(event, { job: 'a', startMs: index + 1, endMs: index + 2 }))
          .ended;
      }),
    );
    const { told } = await consume(records);
    expect(told).toMatchObject([{ leftOut: { growth: 60 } }]);
    expect(told[0]?.entries).toHaveLength(200);
  });

  it('that is stored twice is announced twice, and both times under a root that exists', async () => {
    const { records } = await sampleCascade();
    const announced = [await consume(records), await consume(records)].flatMap(
      ({ entries }) => entries,
    );
    const ids = changes(announced).map((entry) =>
      'traceId' in entry ? (entry.traceId ?? '') : '',
    );
    expect(ids).toHaveLength(2);
    expect((await findRoots(other, ids)).size).toBe(1);
  });
});

describe('an announcement that fails', () => {
  it('is reported, and the batch is stored and acknowledged', async () => {
    const { records, traceId } = await sampleCascade();
    const { acked, reports } = await consume(records, {
      announce: () => {
        throw new Error('The feed is away');
      },
    });
    expect({ acked, reports: reports.length }).toEqual({ acked: 1, reports: 1 });
    expect((await other.query('select from traces where id = $1', [traceId])).rows).toHaveLength(1);
  });

  it('whose roots cannot be read is made without names, so that clients fetch anew', async () => {
    const { records } = await sampleCascade();
    let isAnnouncing = false;
    const { told, acked, reports } = await consume(records, {
      connect: (work) =>
        withClient(database.url, (client) =>
          work({
            query: (text, values) => {
              isAnnouncing ||= /update traces t set about/.test(text);
              return isAnnouncing && /with recursive up/.test(text)
                ? Promise.reject(new Error('canceling statement due to statement timeout'))
                : client.query(text, values);
            },
          }),
        ),
    });
    expect(told).toEqual([{ entries: [], leftOut: expect.objectContaining({ growth: 3 }) }]);
    expect({ acked, reports: reports.length }).toEqual({ acked: 1, reports: 1 });
  });
});
