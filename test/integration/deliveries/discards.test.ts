// Dead letters that nobody wants: discarded, restored, and what happens to both meanwhile, in a real Postgres.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import {
  discardedLettersSchema,
  type DiscardedLettersView,
  restoredLettersSchema,
} from '../../../src/api/dead-letter-views.ts';
import { replayRunViewSchema } from '../../../src/api/replay-views.ts';
import { type DeadLetterView, deadLetterPageSchema } from '../../../src/api/views.ts';
import type { AdminAction } from '../../../src/config/admin-store.ts';
import { stepReplay } from '../../../src/deliveries/step-replay.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, RecordMessage } from '../../../src/store/record.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import { createDatabase } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { noAccess } from '../../support/no-access.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { startMs } from '../store/sample-records.ts';
import { deadLetter, delivered, failed } from './sample-letters.ts';

const token = 'tl_test_token';
let database: Awaited<ReturnType<typeof createDatabase>>;
let now = startMs + 100_000;
/** As the audit has them: what was begun, and what came of it. */
let audit: (AdminAction & { outcome: string; detail: string | null })[] = [];

const connect: ApiDeps['connect'] = (work) => withClient(database.url, work);

async function call(method: string, path: string, body?: object, given: Partial<ApiDeps> = {}) {
  const api = createCheckedApi({
    ...idleDeps,
    connect,
    access: {
      ...noAccess,
      store: {
        ...noAccess.store,
        beginAction: (action) =>
          Promise.resolve(audit.push({ ...action, outcome: 'begun', detail: null }) - 1),
        endAction: (entry, outcome, detail) => {
          const begun = audit[entry];
          if (begun) audit[entry] = { ...begun, outcome, detail };
          return Promise.resolve();
        },
      },
    },
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
    now: () => now,
    report: () => undefined,
    ...given,
  });
  const response = await api.request(path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-throughline-actor': 'dana@acme.io',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: (await response.json()) as unknown };
}

async function discard(asked: object): Promise<DiscardedLettersView> {
  const { status, json } = await call('POST', '/api/dead-letters/discard', asked);
  expect(status).toBe(200);
  return discardedLettersSchema.parse(json);
}

async function restore(asked: object): Promise<number> {
  const { status, json } = await call('POST', '/api/dead-letters/restore', asked);
  expect(status).toBe(200);
  return restoredLettersSchema.parse(json).restored;
}

const replay = (id: string): ReturnType<typeof call> =>
  call('POST', `/api/dead-letters/${id}/replay`);

async function list(query = ''): Promise<DeadLetterView[]> {
  const { json } = await call('GET', `/api/dead-letters${query}`);
  return deadLetterPageSchema.parse(json).deadLetters;
}

const open = async (): Promise<string[]> => (await list()).map(({ eventId }) => eventId);
const discarded = async (): Promise<string[]> =>
  (await list('?discarded=true')).map(({ eventId }) => eventId);

async function store(...records: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords(
    { queue: 'records', messages: [message] },
    { connect, now: () => now, report: () => undefined },
  );
}

/** So many dead letters, `e`, `ee`, … the last one died last. */
async function letters(count: number): Promise<AttemptRecord[]> {
  const attempts = await Promise.all(
    Array.from({ length: count }, (_, index) => failed('e'.repeat(index + 1))),
  );
  await store(
    ...attempts.flatMap((attempt, index) => [attempt, deadLetter(attempt, { atMs: 200 + index })]),
  );
  return attempts;
}

const ids = (attempts: readonly AttemptRecord[]): string[] =>
  attempts.map(({ delivery }) => delivery.id);

async function step(runId: string): Promise<void> {
  now += 5_000;
  await stepReplay(runId, [], {
    connect,
    send: () => Promise.resolve(),
    bodies: {
      get: () => Promise.resolve(null),
      put: () => Promise.resolve(),
      delete: () => Promise.resolve(),
    },
    cancellations: { allow: () => Promise.resolve() },
    wait: () => new Promise(() => undefined),
    now: () => now,
    report: () => undefined,
  });
}

beforeAll(async () => {
  database = await createDatabase('discards');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterAll(() => database.drop());
beforeEach(async () => {
  now = startMs + 100_000;
  audit = [];
  await withClient(database.url, (client) =>
    client.query(
      `truncate ${whatHappened}, dead_letters, replay_runs, replay_run_letters, replay_run_actions`,
    ),
  );
});

describe('a discarded letter', () => {
  it('leaves the list and tells who did it, when and why; the audit does too', async () => {
    const [one] = ids(await letters(2));
    const act = await discard({ deliveryIds: [one], note: 'The shop has closed.' });
    expect(act).toMatchObject({ discarded: 1, leftAlone: 0 });
    expect(await open()).toEqual(['ee']);
    const [letter] = await list('?discarded=true');
    expect(letter?.discard).toEqual({
      id: act.discardId,
      at: act.discardedAt.replace('Z', '000Z'),
      who: 'api-token',
      onBehalfOf: 'dana@acme.io',
      note: 'The shop has closed.',
    });
    expect(audit).toEqual([
      {
        name: 'api-token',
        onBehalfOf: 'dana@acme.io',
        action: 'dead_letter.discard',
        subject: act.discardId,
        note: 'The shop has closed.',
        outcome: 'applied',
        detail: `1 letter; ${one}`,
      },
    ]);
  });

  it('comes back with all that the same act took, and with no others', async () => {
    const [one, two, three] = ids(await letters(3));
    const first = await discard({ deliveryIds: [one, two] });
    const second = await discard({ deliveryIds: [three] });
    expect(await open()).toEqual([]);
    expect(await restore({ discardId: first.discardId })).toBe(2);
    expect(await open()).toEqual(['ee', 'e']);
    expect(await restore({ discardId: first.discardId })).toBe(0);
    expect(await restore({ deliveryIds: [three, one] })).toBe(1);
    expect(await restore({ discardId: second.discardId })).toBe(0);
    expect((await list())[0]?.discard).toBeNull();
    expect(audit.map(({ action, detail }) => [action, detail])).toEqual([
      ['dead_letter.discard', '2 letters'],
      ['dead_letter.discard', '1 letter; ' + three],
      ['dead_letter.restore', '2 letters'],
      ['dead_letter.restore', '0 letters'],
      ['dead_letter.restore', '1 letter'],
      ['dead_letter.restore', '0 letters'],
    ]);
  });

  it('is chosen by a filter as a replay run chooses', async () => {
    await letters(3);
    const filter = { to: '2026-11-24T12:00:00.202Z', jobs: ['charge-card'] };
    expect(await discard({ filter })).toMatchObject({ discarded: 2 });
    expect(await open()).toEqual(['eee']);
    expect(audit[0]?.detail).toBe('2 letters; to 2026-11-24T12:00:00.202Z; jobs charge-card');
    for (const wrong of [
      {},
      { filter: {}, deliveryIds: ['0'.repeat(64)] },
      { filter: { job: 'x' } },
    ]) {
      expect((await call('POST', '/api/dead-letters/discard', wrong)).status).toBe(400);
    }
    expect((await call('POST', '/api/dead-letters/restore', {})).status).toBe(400);
  });

  it('is left alone where it was replayed, has arrived, was discarded or never died', async () => {
    const [first, second, third] = await letters(3);
    if (!first || !second || !third) throw new Error('no letters');
    await replay(first.delivery.id);
    await store(await delivered(second));
    await discard({ deliveryIds: [third.delivery.id], note: 'first' });
    const again = await discard({
      deliveryIds: [...ids([first, second, third]), '0'.repeat(64)],
      note: 'second',
    });
    expect(again).toMatchObject({ discarded: 0, leftAlone: 4 });
    const [letter] = await list('?discarded=true');
    expect(letter?.discard?.note).toBe('first');
  });

  it('is on the list again when it is replayed by its id and dies again, without a trace of the discard', async () => {
    const [one] = await letters(1);
    if (!one) throw new Error('no letter');
    const act = await discard({ deliveryIds: [one.delivery.id] });
    expect((await replay(one.delivery.id)).status).toBe(202);
    expect(await discarded()).toEqual([]);
    expect(await restore({ discardId: act.discardId })).toBe(0);
    await store(deadLetter(one, { atMs: 100_100 }));
    expect(await open()).toEqual(['e']);
    expect((await list())[0]?.discard).toBeNull();
    expect(await restore({ discardId: act.discardId })).toBe(0);
  });

  it('stays discarded when its record comes a second time', async () => {
    const [one] = await letters(1);
    if (!one) throw new Error('no letter');
    await discard({ deliveryIds: [one.delivery.id] });
    await store(one, deadLetter(one, { atMs: 200 }));
    expect(await open()).toEqual([]);
    expect(await discarded()).toEqual(['e']);
  });

  it('is told in its details, and removed like any other when its time is over', async () => {
    const [one] = await letters(1);
    if (!one) throw new Error('no letter');
    await discard({ deliveryIds: [one.delivery.id], note: 'no' });
    const { json } = await call('GET', `/api/dead-letters/${one.delivery.id}`);
    expect(json).toMatchObject({ discard: { note: 'no' } });
    await withClient(database.url, async (client) => {
      await client.query(`select remove_rows_before(now() + interval '1 day')`);
      const { rows } = await client.query('select from dead_letters');
      expect(rows).toEqual([]);
    });
  });
});

describe('at once', () => {
  it('of two who discard the same letters each letter is taken once', async () => {
    const named = ids(await letters(8));
    const acts = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        discard(
          index % 2 === 0
            ? { deliveryIds: index % 4 === 0 ? named : named.toReversed() }
            : { filter: { jobs: ['charge-card'] } },
        ),
      ),
    );
    expect(acts.reduce((sum, act) => sum + act.discarded, 0)).toBe(8);
    const kept = await list('?discarded=true');
    for (const act of acts) {
      const own = kept.filter((letter) => letter.discard?.id === act.discardId);
      expect(own).toHaveLength(act.discarded);
    }
  });

  it('a letter is replayed or discarded, never both', async () => {
    const named = ids(await letters(8));
    const [, ...replays] = await Promise.all([
      discard({ deliveryIds: named.toReversed() }),
      ...named.map(replay),
    ]);
    // Whoever replays by its id wants it, discarded or not: so each is replayed, and none is told as discarded.
    expect(replays.map(({ status }) => status)).toEqual(named.map(() => 202));
    expect([await open(), await discarded()]).toEqual([[], []]);
  });

  it('discards and restores of the same act leave each letter whole', async () => {
    const named = ids(await letters(6));
    const act = await discard({ deliveryIds: named });
    await Promise.all([
      restore({ discardId: act.discardId }),
      discard({ deliveryIds: named.toReversed(), note: 'again' }),
      restore({ deliveryIds: named }),
    ]);
    const { rows } = await withClient(database.url, (client) =>
      client.query(`select from dead_letters where (discarded_at is null) <> (discard_id is null)
        or (discarded_at is null) <> (discarded_by is null)`),
    );
    expect(rows).toEqual([]);
  });
});

describe('a replay run', () => {
  it('skips what was discarded since it began, and takes what was named although it had been', async () => {
    const [first = '', second = '', third = ''] = ids(await letters(3));
    await discard({ deliveryIds: [first] });
    now += 1_000;
    const begun = await call('POST', '/api/replays', {
      deliveryIds: [first, second, third],
      ratePerSecond: 100,
    });
    const { id } = replayRunViewSchema.parse(begun.json);
    now += 1_000;
    await discard({ deliveryIds: [second] });
    await step(id);
    await step(id);
    const view = replayRunViewSchema.parse((await call('GET', `/api/replays/${id}`)).json);
    expect(view.progress).toMatchObject({ underWay: 2, skipped: { discarded: 1 } });
    expect(await discarded()).toEqual(['ee']);
  });

  it('chooses nothing by a filter that is discarded', async () => {
    const [one] = ids(await letters(2));
    await discard({ deliveryIds: [one] });
    const counted = await call('POST', '/api/replays/count', { filter: {} });
    expect(counted.json).toEqual({ found: 1 });
  });
});

it('what cannot be written down is not done', async () => {
  const [one] = ids(await letters(1));
  const away = {
    access: {
      ...noAccess,
      store: { ...noAccess.store, beginAction: () => Promise.reject(new Error('away')) },
    },
  };
  const { status } = await call('POST', '/api/dead-letters/discard', { deliveryIds: [one] }, away);
  expect(status).toBeGreaterThanOrEqual(500);
  expect(await open()).toEqual(['e']);
});
