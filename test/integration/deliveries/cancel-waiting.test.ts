// All that waits of one job is cancelled, and nothing else: not what arrived, what is dead, what its sender retries.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { waitingCancelledViewSchema, waitingViewSchema } from '../../../src/api/waiting-views.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, RecordMessage } from '../../../src/store/record.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import { createDatabase } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';
import { deadLetter } from './sample-letters.ts';

const token = 'tl_test_token';
const deps = {
  connect: <T>(work: Parameters<typeof withClient<T>>[1]) => withClient(database.url, work),
  now: () => startMs + 100_000,
  report: () => undefined,
};
let database: Awaited<ReturnType<typeof createDatabase>>;
let cancelled: string[] = [];
/** What the objects that keep cancellations answer. */
let answers = (_id: string): Promise<void> => Promise.resolve();

const api = createCheckedApi({
  ...idleDeps,
  ...deps,
  cancellations: {
    cancel: async (id) => {
      await answers(id);
      cancelled.push(id);
    },
    allow: () => Promise.resolve(),
  },
  apiTokenSha256: createHash('sha256').update(token).digest('hex'),
});

beforeAll(async () => {
  database = await createDatabase('cancel-waiting');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterAll(() => database.drop());
beforeEach(() => {
  cancelled = [];
  answers = () => Promise.resolve();
});

async function ask(method: string, path: string): Promise<{ status: number; json: unknown }> {
  const response = await api.request(path, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, json: await response.json() };
}

async function store(...body: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, deps);
}

let events = 0;

/** One attempt of a delivery of an event of its own. */
async function attempted(
  job: string,
  given: {
    outcome?: 'failed' | 'delivered';
    algorithm?: string;
    daysAgo?: number;
    source?: string;
  } = {},
): Promise<AttemptRecord> {
  const { outcome = 'failed', algorithm = 'broadcast', daysAgo = 0, source = 'shop' } = given;
  events += 1;
  const atMs = events * 100 - daysAgo * 86_400_000;
  const event = await sampleEvent({ id: `e${events}`, atMs, source });
  const { ended } = await sampleAttempt(event, {
    job,
    startMs: atMs + 1,
    endMs: atMs + 50,
    outcome,
    retries: { current: 0, max: 3 },
  });
  return { ...ended, delivery: { ...ended.delivery, algorithm } };
}

it('cancels what waits of one job, newest first, and nothing else', async () => {
  const waiting = [await attempted('mail'), await attempted('mail'), await attempted('mail')];
  const dead = await attempted('mail');
  await store(
    ...waiting,
    dead,
    deadLetter(dead, { atMs: 60_000 }),
    await attempted('mail', { outcome: 'delivered' }),
    await attempted('mail', { algorithm: 'pass-through' }),
    await attempted('mail', { daysAgo: 3 }),
    await attempted('mail', { source: 'stock' }),
    await attempted('print'),
  );
  const ids = waiting.map(({ delivery }) => delivery.id).toSorted();

  const counted = await ask('GET', '/api/jobs/shop/mail/waiting');
  expect(waitingViewSchema.parse(counted.json)).toEqual({ found: 3, isAll: true });
  expect(cancelled).toEqual([]);

  const answer = await ask('POST', '/api/jobs/shop/mail/waiting/cancel');
  expect(answer.status).toBe(202);
  expect(waitingCancelledViewSchema.parse(answer.json)).toEqual({
    cancelled: 3,
    failed: 0,
    isAll: true,
  });
  expect(cancelled.toSorted()).toEqual(ids);

  const further = await ask('GET', '/api/jobs/shop/mail/waiting?days=14');
  expect(further.json).toMatchObject({ found: 4 });
});

it('goes on where one cannot be cancelled, and says how many there were', async () => {
  const two = [await attempted('scan'), await attempted('scan')];
  await store(...two);
  const broken = two[0]?.delivery.id;
  answers = (id) => (id === broken ? Promise.reject(new Error('overloaded')) : Promise.resolve());
  const answer = await ask('POST', '/api/jobs/shop/scan/waiting/cancel');
  expect(answer.json).toEqual({ cancelled: 1, failed: 1, isAll: true });
  // It still waits, and can be asked for again.
  answers = () => Promise.resolve();
  await ask('POST', '/api/jobs/shop/scan/waiting/cancel');
  expect(cancelled).toContain(broken);
});

it('finds nothing of a job that nobody knows', async () => {
  const answer = await ask('POST', '/api/jobs/shop/nobody/waiting/cancel');
  expect(answer.json).toEqual({ cancelled: 0, failed: 0, isAll: true });
});
