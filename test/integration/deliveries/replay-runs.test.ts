// Many dead letters replayed as one run, step by step, in a real Postgres: exact whatever fails in between.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import {
  letterCountViewSchema,
  replayRunPageSchema,
  type ReplayRunView,
  replayRunViewSchema,
} from '../../../src/api/replay-views.ts';
import { unpackParcel } from '../../../src/deliveries/parcel.ts';
import { stepReplay, type StepReplayDeps } from '../../../src/deliveries/step-replay.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { StoreUnreachable, withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, RecordMessage } from '../../../src/store/record.ts';
import type { HandedLetter } from '../../../src/store/replay-runs.ts';
import { createDatabase } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { sampleAttempt, startMs } from '../store/sample-records.ts';
import { deadLetter, failed } from './sample-letters.ts';

const token = 'tl_test_token';
let database: Awaited<ReturnType<typeof createDatabase>>;
let now = startMs + 100_000;
/** Delivery ids, as the retries queue got them. */
let sent: string[] = [];
let woken: string[] = [];
let wake: (id: string) => Promise<void>;

const connect: StepReplayDeps['connect'] = (work) => withClient(database.url, work);

async function call(method: string, path: string, body?: object, headers = {}) {
  const api = createCheckedApi({
    ...idleDeps,
    connect,
    replays: { wake: (id) => wake(id) },
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
    now: () => now,
    report: () => undefined,
  });
  const response = await api.request(path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: (await response.json()) as unknown };
}

async function begin(asked: object): Promise<ReplayRunView> {
  const { status, json } = await call('POST', '/api/replays', { ratePerSecond: 100, ...asked });
  expect(status).toBe(201);
  return replayRunViewSchema.parse(json);
}

const view = async (id: string): Promise<ReplayRunView> =>
  replayRunViewSchema.parse((await call('GET', `/api/replays/${id}`)).json);

/** How many letters there are to replay now. */
const found = async (selection: object): Promise<unknown> =>
  (await call('POST', '/api/replays/count', selection)).json;

const refuse = (): Promise<never> => Promise.reject(new Error('Too Many Requests'));

const command = (id: string, what: string): ReturnType<typeof call> =>
  call('POST', `/api/replays/${id}/${what}`);

/** What drives a run: it keeps what a step could not write down, as the object does. */
class Driver {
  #unsaved: HandedLetter[] = [];
  readonly #id: string;
  constructor(id: string) {
    this.#id = id;
  }

  /** One step, some seconds after the last. @returns when to come again */
  async step(given: Partial<StepReplayDeps> = {}): Promise<number | null> {
    now += 5_000;
    const result = await stepReplay(this.#id, this.#unsaved, {
      connect,
      send: (text) => {
        const parcel = unpackParcel(text);
        if (parcel?.kept === 'here') sent.push(parcel.pending.delivery.id);
        return Promise.resolve();
      },
      bodies: {
        get: () => Promise.resolve(null),
        put: () => Promise.resolve(),
        delete: () => Promise.resolve(),
      },
      cancellations: { allow: () => Promise.resolve() },
      wait: () => new Promise(() => undefined),
      now: () => now,
      report: () => undefined,
      ...given,
    });
    this.#unsaved = result.unsaved;
    return result.nextInMs;
  }

  async toEnd(given: Partial<StepReplayDeps> = {}): Promise<void> {
    for (let steps = 0; steps < 1_000; steps += 1) {
      if ((await this.step(given)) === null) return;
    }
    throw new Error('The run goes on for ever.');
  }
}

async function store(...records: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  const deps = { connect, now: () => now, report: () => undefined };
  await consumeRecords({ queue: 'records', messages: [message] }, deps);
}

/** So many dead letters, one of each event, the oldest first. */
async function letters(count: number): Promise<AttemptRecord[]> {
  const attempts = await Promise.all(
    Array.from({ length: count }, (_, index) => failed(`e${String(index).padStart(3, '0')}`)),
  );
  await store(
    ...attempts.flatMap((attempt, index) => [attempt, deadLetter(attempt, { atMs: 200 + index })]),
  );
  return attempts;
}

/** What an attempt after the hand-over came to. */
async function comesTo(attempt: AttemptRecord, outcome: 'delivered' | 'failed'): Promise<void> {
  const startedMs = now - startMs + 10;
  const { ended } = await sampleAttempt(attempt.event, {
    job: 'charge-card',
    startMs: startedMs,
    endMs: startedMs + 10,
    outcome,
    number: 9,
  });
  await store(ended);
}

const ids = (attempts: readonly AttemptRecord[]): string[] =>
  attempts.map(({ delivery }) => delivery.id);

beforeAll(async () => {
  database = await createDatabase('replay_runs');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterAll(() => database.drop());
beforeEach(async () => {
  sent = [];
  woken = [];
  wake = (id) => Promise.resolve(void woken.push(id));
  now = startMs + 100_000;
  await withClient(database.url, (client) =>
    client.query(`truncate ${whatHappened}, dead_letters,
      replay_runs, replay_run_letters, replay_run_actions`),
  );
});

describe('a replay run', () => {
  it('hands every letter over once, the oldest first, and shows what becomes of each', async () => {
    const [first, second, third] = await letters(3);
    if (!first || !second || !third) throw new Error('no letters');
    const counted = await call('POST', '/api/replays/count', { filter: {} });
    expect(letterCountViewSchema.parse(counted.json)).toEqual({ found: 3 });
    const run = await begin({ filter: {} });
    expect(woken).toEqual([run.id]);
    expect(run).toMatchObject({ state: 'running', progress: { found: 3, waiting: 3 } });
    await new Driver(run.id).toEnd();
    expect(sent.toSorted()).toEqual(ids([first, second, third]).toSorted());
    await comesTo(first, 'delivered');
    await store(deadLetter(second, { atMs: now - startMs + 50 }));
    expect(await view(run.id)).toMatchObject({
      state: 'completed',
      progress: { found: 3, waiting: 0, delivered: 1, failedAgain: 1, underWay: 1 },
    });
  });

  it('takes what matches its filter, or what is named', async () => {
    const attempts = await letters(4);
    const [one = '', two = ''] = ids(attempts);
    expect(await found({ filter: { jobs: ['charge-card'], statuses: [500] } })).toEqual({
      found: 4,
    });
    expect(await found({ filter: { jobs: ['another'] } })).toEqual({ found: 0 });
    expect(await found({ filter: { triggers: ['order_placed'], sources: ['shop'] } })).toEqual({
      found: 4,
    });
    expect(await found({ filter: { statuses: [0] } })).toEqual({ found: 0 });
    expect(await found({ filter: { reasons: ['gone'] } })).toEqual({ found: 0 });
    const between = { from: '2026-11-24T12:00:00.201Z', to: '2026-11-24T12:00:00.203Z' };
    expect(await found({ filter: between })).toEqual({ found: 2 });
    expect(await found({ deliveryIds: [one, two, '0'.repeat(64)] })).toEqual({ found: 2 });
    for (const wrong of [{}, { filter: {}, deliveryIds: [one] }, { filter: { status: [500] } }]) {
      expect((await call('POST', '/api/replays/count', wrong)).status).toBe(400);
    }
    const run = await begin({ deliveryIds: [two, two, one, '0'.repeat(64)] });
    await new Driver(run.id).toEnd();
    expect(sent.toSorted()).toEqual([one, two].toSorted());
    expect((await view(run.id)).progress).toMatchObject({
      found: 3,
      skipped: { not_a_dead_letter: 1 },
    });
  });

  it('never takes a letter again that dies again meanwhile', async () => {
    const attempts = await letters(2);
    const run = await begin({ filter: {}, ratePerSecond: 0.1 });
    const driver = new Driver(run.id);
    await driver.step();
    expect(sent).toHaveLength(1);
    const again = attempts.find(({ delivery }) => delivery.id === sent[0]);
    if (!again) throw new Error('nothing was sent');
    await store(deadLetter(again, { atMs: now - startMs + 10 }));
    await driver.toEnd();
    expect(sent.toSorted()).toEqual(ids(attempts).toSorted());
  });

  it('beside another over the same letters hands each over once between them', async () => {
    const attempts = await letters(30);
    const runs = [await begin({ filter: {} }), await begin({ filter: {} })];
    await Promise.all(runs.map(({ id }) => new Driver(id).toEnd()));
    expect(sent.toSorted()).toEqual(ids(attempts).toSorted());
    const views = await Promise.all(runs.map(({ id }) => view(id)));
    const skipped = views.map(({ progress }) => progress.skipped['already_replayed'] ?? 0);
    expect(skipped.reduce((a, b) => a + b, 0)).toBe(30);
  });

  it('skips what has arrived or has been replayed since it began', async () => {
    const [first, second] = await letters(2);
    if (!first || !second) throw new Error('no letters');
    const run = await begin({ filter: {} });
    await comesTo(first, 'delivered');
    await call('POST', `/api/dead-letters/${second.delivery.id}/replay`);
    await new Driver(run.id).toEnd();
    expect(sent).toEqual([]);
    expect((await view(run.id)).progress.skipped).toEqual({
      already_delivered: 1,
      already_replayed: 1,
    });
  });
});

describe('when something fails', () => {
  it('the queue that refuses leaves letters where they are, until it takes them', async () => {
    const attempts = await letters(10);
    const run = await begin({ filter: {} });
    const driver = new Driver(run.id);
    expect(await driver.step({ send: refuse })).toBe(15_000);
    expect((await view(run.id)).progress).toMatchObject({ waiting: 10, uncertain: 0 });
    expect((await call('POST', '/api/replays/count', { filter: {} })).json).toEqual({ found: 10 });
    await driver.toEnd();
    expect(sent.toSorted()).toEqual(ids(attempts).toSorted());
  });

  it('Postgres gone after letters were sent, they are written down when it is back', async () => {
    const attempts = await letters(10);
    const run = await begin({ filter: {} });
    const driver = new Driver(run.id);
    let connections = 0;
    const breaking: StepReplayDeps['connect'] = (work) => {
      connections += 1;
      return connections === 1 ? connect(work) : Promise.reject(new StoreUnreachable('down'));
    };
    await driver.step();
    await driver.step({ connect: breaking });
    expect((await view(run.id)).progress.waiting).toBe(0);
    await expect(
      driver.step({ connect: () => Promise.reject(new StoreUnreachable('down')) }),
    ).rejects.toThrow('down');
    await driver.toEnd();
    expect(sent.toSorted()).toEqual(ids(attempts).toSorted());
    expect((await view(run.id)).progress).toMatchObject({ underWay: 10, uncertain: 0 });
  });

  it('a crash in the middle leaves letters uncertain, and dead letters still, but sends none twice', async () => {
    const attempts = await letters(6);
    const run = await begin({ filter: {}, ratePerSecond: 1 });
    const cutOff = new Driver(run.id);
    await cutOff.step();
    const before = sent.length;
    const dies = { connect: connectOnce(), wait: () => new Promise<void>(() => undefined) };
    await cutOff.step(dies);
    const duringCrash = sent.slice(before);
    expect(duringCrash.length).toBeGreaterThan(0);
    // What the object knew is lost with it.
    const next = new Driver(run.id);
    expect(await next.step()).toBe(10_000);
    now += 120_000;
    await next.toEnd();
    expect(sent.toSorted()).toEqual(ids(attempts).toSorted());
    const { progress } = await view(run.id);
    expect(progress.uncertain).toBe(duringCrash.length);
    expect((await call('POST', '/api/replays/count', { filter: {} })).json).toEqual({
      found: duringCrash.length,
    });
    const heard = attempts.find(({ delivery }) => delivery.id === duringCrash[0]);
    if (heard) await comesTo(heard, 'delivered');
    expect((await view(run.id)).progress).toMatchObject({
      delivered: 1,
      uncertain: duringCrash.length - 1,
    });
  });

  it('a run that was never stored lets its driver rest', async () => {
    expect(await new Driver(crypto.randomUUID()).step()).toBeNull();
  });

  it('a driver out of reach begins nothing', async () => {
    await letters(1);
    wake = () => Promise.reject(new Error('overloaded'));
    const { status } = await call('POST', '/api/replays', { filter: {}, ratePerSecond: 1 });
    expect(status).toBe(503);
    const { json } = await call('GET', '/api/replays');
    expect(replayRunPageSchema.parse(json).runs).toEqual([]);
  });
});

/** Connects once; Postgres is away then. */
function connectOnce(): StepReplayDeps['connect'] {
  let used = false;
  return (work) => {
    if (used) return Promise.reject(new StoreUnreachable('down'));
    used = true;
    return connect(work);
  };
}

describe('canaries', () => {
  it('go first; the run waits for them, pauses, and goes on when somebody says so', async () => {
    const attempts = await letters(6);
    const run = await begin({ filter: {}, canary: 2 });
    const driver = new Driver(run.id);
    await driver.step();
    await driver.step();
    expect(sent).toHaveLength(2);
    await driver.step();
    expect(await view(run.id)).toMatchObject({ state: 'judging', canaries: { open: 2 } });
    for (const attempt of attempts.filter(({ delivery }) => sent.includes(delivery.id))) {
      await comesTo(attempt, 'delivered');
    }
    await driver.toEnd();
    expect(await view(run.id)).toMatchObject({
      state: 'paused',
      because: 'All 2 canaries arrived.',
      canaries: { delivered: 2 },
      progress: { waiting: 4 },
    });
    expect((await command(run.id, 'continue')).status).toBe(200);
    await driver.toEnd();
    expect(sent.toSorted()).toEqual(ids(attempts).toSorted());
  });

  it('stop the run when one of them fails once', async () => {
    const attempts = await letters(6);
    const run = await begin({ filter: {}, canary: 2 });
    const driver = new Driver(run.id);
    await driver.step();
    await driver.step();
    const canary = attempts.find(({ delivery }) => sent.includes(delivery.id));
    if (!canary) throw new Error('no canary was sent');
    await comesTo(canary, 'failed');
    await driver.toEnd();
    expect(await view(run.id)).toMatchObject({ state: 'stopped', progress: { waiting: 4 } });
    expect((await command(run.id, 'continue')).status).toBe(409);
    expect(sent).toHaveLength(2);
  });
});

describe('somebody', () => {
  it('pauses, continues and cancels it, and is written down', async () => {
    await letters(4);
    const run = await begin({ filter: {} });
    const jane = { 'x-throughline-actor': 'jane@example.com' };
    await call('POST', `/api/replays/${run.id}/pause`, undefined, jane);
    expect(await new Driver(run.id).step()).toBeNull();
    expect(sent).toEqual([]);
    expect((await command(run.id, 'pause')).status).toBe(409);
    woken = [];
    await command(run.id, 'continue');
    expect(woken).toEqual([run.id]);
    await new Driver(run.id).step();
    expect(sent.length).toBeGreaterThan(0);
    now += 1_000;
    await command(run.id, 'cancel');
    expect(await new Driver(run.id).step()).toBeNull();
    const { actions, state } = await view(run.id);
    expect(state).toBe('cancelled');
    expect(actions.map(({ action, onBehalfOf }) => [action, onBehalfOf])).toEqual([
      ['created', null],
      ['pause', 'jane@example.com'],
      ['continue', null],
      ['cancel', null],
    ]);
    expect((await command(crypto.randomUUID(), 'pause')).status).toBe(404);
  });

  it('sees all runs, newest first, page by page', async () => {
    const made: string[] = [];
    for (let index = 0; index < 3; index += 1) made.unshift((await begin({ filter: {} })).id);
    const first = replayRunPageSchema.parse((await call('GET', '/api/replays?limit=2')).json);
    const rest = replayRunPageSchema.parse(
      (await call('GET', `/api/replays?limit=2&cursor=${first.nextCursor}`)).json,
    );
    const listed = [...first.runs, ...rest.runs].map(({ id }) => id);
    expect(listed.toSorted()).toEqual(made.toSorted());
    expect(rest.nextCursor).toBeNull();
  });
});
