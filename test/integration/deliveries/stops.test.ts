// Loops that are stopped by the consumer, and what their stops keep: listed, released, discarded, in a real Postgres.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import type { KeptStop, Rounds, StopStore } from '../../../src/config/stops.ts';
import { firstStopId, keptStops } from '../../support/kept-stops.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { stopLoops } from '../../../src/recorder/stop-loops.ts';
import { withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, EventFacts, RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { noAdmin } from '../../support/no-admin.ts';
import { type Sample, sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';
import { deadLetter, failed } from './sample-letters.ts';
import { idleDeps } from '../../support/idle-deps.ts';

const token = 'tl_test_token';
const id = firstStopId;
let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
const kept: KeptStop[] = [];
let asked: { trigger: string; traceId: string; rounds: Rounds }[] = [];
let isReachable = true;

const connect: Parameters<typeof consumeRecords>[1]['connect'] = (work) =>
  withClient(database.url, work);

const known = keptStops(kept, startMs);
const store: StopStore = {
  ...known,
  stop(what, who, rounds) {
    if (!isReachable) throw new Error('The object is away.');
    asked.push({ trigger: what.trigger, traceId: what.traceId, rounds });
    return known.stop(what, who, rounds);
  },
};

async function call(method: string, path: string, body?: object) {
  const api = createCheckedApi({
    connect,
    ...idleDeps,
    admin: { ...noAdmin, stops: store },
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
    now: () => startMs + 100_000,
    report: () => undefined,
  });
  const response = await api.request(path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: await response.json() };
}

/** Gives what was reported. */
async function consume(
  records: readonly RecordMessage[],
  stopAfter: number | null = 12,
): Promise<string[]> {
  const reports: string[] = [];
  const report = (text: string): void => void reports.push(text);
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords(
    { queue: 'records', messages: [message] },
    {
      connect,
      now: () => startMs + 10_000,
      report,
      loops: {
        limits: { flagAfter: 10, stopAfter },
        stop: (loops) => stopLoops(loops, { stops: new Map(), store, stopAfter: 12, report }),
      },
    },
  );
  return reports;
}

/** A trigger that fires itself, each event written by the delivery of the one before. */
async function loop(length: number): Promise<Sample[]> {
  const hops: Sample[] = [];
  let event: EventFacts | null = null;
  for (let index = 0; index < length; index += 1) {
    const cause: Sample | undefined = hops.at(-1);
    event = await sampleEvent({
      id: `event-${index}`,
      atMs: index * 100,
      trigger: 'ping',
      ...(cause && event
        ? {
            actor: cause.correlationId,
            sessionCorrelationId: cause.correlationId,
            traceId: event.traceId,
            startsTrace: false,
          }
        : {}),
    });
    const during = { job: 'ping-job', startMs: index * 100 + 10, endMs: index * 100 + 150 };
    hops.push(await sampleAttempt(event, during));
  }
  return hops;
}

const ended = (hops: readonly Sample[]): AttemptRecord[] => hops.map((hop) => hop.ended);

beforeAll(async () => {
  database = await createDatabase('stops');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  kept.length = 0;
  asked = [];
  isReachable = true;
  await client.query(
    `truncate ${whatHappened}, loops, dead_letters, replay_runs,
       replay_run_letters, replay_run_actions`,
  );
});

describe('the consumer', () => {
  it('stops a loop once it has fired too often, and says so once', async () => {
    const hops = ended(await loop(14));
    await consume(hops.slice(0, 12));
    expect(asked).toEqual([]);
    const reports = await consume(hops.slice(12, 13));
    expect(reports).toEqual(['A trigger that fires itself was stopped: its events are kept.']);
    expect(asked).toEqual([
      {
        trigger: 'ping',
        traceId: hops[0]?.event.traceId,
        rounds: { times: 13, stopAfter: 12 },
      },
    ]);
    expect(await consume(hops.slice(13))).toEqual([]);
  });

  it('stops nothing unless it is configured', async () => {
    const hops = ended(await loop(14));
    await consume(hops, null);
    expect(asked).toEqual([]);
  });

  it('stops it when the batch comes again, or with the next event, after the object was away', async () => {
    const hops = ended(await loop(14));
    isReachable = false;
    expect(await consume(hops.slice(0, 13))).toContain(
      'A loop could not be stopped: the keeper of stops is out of reach.',
    );
    isReachable = true;
    await consume(hops.slice(12, 13));
    expect(kept).toMatchObject([{ trigger: 'ping', by: 'throughline', state: 'holding' }]);
  });
});

/** Two deliveries of the stopped trigger, and one of another. */
async function keep(): Promise<string[]> {
  const attempts = [await failed('kept-1'), await failed('kept-22'), await failed('other-333')];
  const [first] = attempts;
  if (!first) throw new Error('There is no first one.');
  const { traceId } = first.event;
  const letters = attempts.map((attempt, index) => {
    const trigger = index === 2 ? 'pong' : 'ping';
    const event = { ...attempt.event, trigger, traceId };
    const letter = deadLetter({ ...attempt, event }, { atMs: 1_000 });
    return { ...letter, death: { ...letter.death, reason: 'stopped' as const } };
  });
  await consume(letters);
  await store.stop(
    { source: first.event.source, trigger: 'ping', traceId },
    { name: 'jane', onBehalfOf: null },
    null,
  );
  return letters.slice(0, 2).map(({ delivery }) => delivery.id);
}

describe('what a stop keeps', () => {
  it('is counted, and replayed when it is released', async () => {
    const ids = await keep();
    expect((await call('GET', '/api/stops')).json).toMatchObject({
      stops: [{ id, trigger: 'ping', by: 'jane', state: 'holding', kept: 2 }],
    });
    const released = await call('POST', `/api/stops/${id}/release`);
    expect(released).toMatchObject({ status: 200, json: { stop: { state: 'released' } } });
    const { rows } = await client.query(
      `select encode(delivery_id, 'hex') as id from replay_run_letters where run_id = $1`,
      [released.json.replayRunId],
    );
    expect(new Set(rows.map((row) => row.id))).toEqual(new Set(ids));
  });

  it('leaves the list when it is discarded, once', async () => {
    await keep();
    expect((await call('GET', '/api/dead-letters')).json.deadLetters).toHaveLength(3);
    expect(await call('POST', `/api/stops/${id}/discard`)).toMatchObject({
      status: 200,
      json: { discarded: 2, stop: { state: 'discarded', kept: 0 } },
    });
    expect((await call('GET', '/api/dead-letters')).json.deadLetters).toHaveLength(1);
    expect((await call('POST', '/api/replays/count', { filter: {} })).json).toEqual({ found: 1 });
    expect((await call('GET', '/api/stops')).json).toEqual({ stops: [] });
    // Asked again it finds nothing more.
    expect((await call('POST', `/api/stops/${id}/discard`)).json).toMatchObject({ discarded: 0 });
  });

  it('is 404 for a stop that there is not, and starts no run where nothing is kept', async () => {
    expect((await call('POST', `/api/stops/${id}/release`)).status).toBe(404);
    const what = { source: 'shop', trigger: 'ping', traceId: id };
    expect((await call('POST', '/api/stops', what)).status).toBe(201);
    expect((await call('POST', '/api/stops', what)).status).toBe(200);
    expect((await call('POST', `/api/stops/${id}/release`)).json.replayRunId).toBeNull();
    expect((await call('POST', '/api/stops', { ...what, traceId: 'x' })).status).toBe(400);
  });
});
