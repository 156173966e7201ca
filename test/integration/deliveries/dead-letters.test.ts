// A delivery that nobody tries again: how it is kept, listed and replayed, in a real Postgres.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import {
  cancellationViewSchema,
  type DeadLetterPage,
  deadLetterPageSchema,
  replayViewSchema,
  traceDetailSchema,
} from '../../../src/api/views.ts';
import type { PendingDelivery } from '../../../src/deliveries/pending-delivery.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { at, startMs } from '../store/sample-records.ts';
import { body, deadLetter, delivered, failed } from './sample-letters.ts';

const token = 'tl_test_token';

let database: Awaited<ReturnType<typeof createDatabase>>;
let cancelled = new Set<string>();
let queued: { pending: PendingDelivery; delayMs: number }[] = [];

function depsWith(given: Partial<ApiDeps> = {}): ApiDeps {
  return {
    ...idleDeps,
    connect: (work) => withClient(database.url, work),
    retries: {
      enqueue: (pending, delayMs) => {
        queued.push({ pending, delayMs });
        return Promise.resolve(true);
      },
    },
    cancellations: {
      cancel: (id) => Promise.resolve(void cancelled.add(id)),
      allow: (id) => Promise.resolve(void cancelled.delete(id)),
    },
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
    now: () => startMs + 100_000,
    report: () => undefined,
    ...given,
  };
}

async function call(
  method: string,
  path: string,
  given: Partial<ApiDeps> = {},
): Promise<{ status: number; json: unknown }> {
  const response = await createCheckedApi(depsWith(given)).request(path, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, json: await response.json() };
}

const replay = (id: string, given: Partial<ApiDeps> = {}): ReturnType<typeof call> =>
  call('POST', `/api/dead-letters/${id}/replay`, given);

const cancel = (id: string): ReturnType<typeof call> =>
  call('POST', `/api/deliveries/${id}/cancel`);

async function list(query = ''): Promise<DeadLetterPage> {
  const { status, json } = await call('GET', `/api/dead-letters${query}`);
  expect(status).toBe(200);
  return deadLetterPageSchema.parse(json);
}

async function store(...records: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords({ queue: 'records', messages: [message] }, depsWith());
}

/** The delivery's state and, behind the slash, its trace's. */
async function stateOf(attempt: AttemptRecord): Promise<string> {
  const { json } = await call('GET', `/api/traces/${attempt.event.traceId}`);
  const { trace, deliveries } = traceDetailSchema.parse(json);
  const delivery = deliveries.find(({ id }) => id === attempt.delivery.id);
  return `${delivery?.state}/${trace.state}`;
}

beforeAll(async () => {
  database = await createDatabase('dead_letters');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterAll(() => database.drop());
beforeEach(async () => {
  queued = [];
  cancelled = new Set();
  await withClient(database.url, (client) =>
    client.query(`truncate ${whatHappened}, dead_letters`),
  );
});

describe('a dead letter', () => {
  it('is listed with what went wrong, and shown as dead', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }));
    expect(await list()).toEqual({
      deadLetters: [
        {
          deliveryId: attempt.delivery.id,
          source: 'shop',
          eventId: 'e',
          traceId: attempt.event.traceId,
          trigger: 'order_placed',
          table: { schema: 'public', name: 'orders' },
          rowKey: '42',
          job: 'charge-card',
          target: attempt.delivery.target,
          correlationId: attempt.delivery.correlationId,
          destination: attempt.attempt.destination,
          reason: 'attempts_used_up',
          status: 500,
          error: 'The destination answered 500.',
          attempts: 1,
          firstAttemptAt: at(100).replace('Z', '000Z'),
          deadAt: at(200).replace('Z', '000Z'),
          discard: null,
        },
      ],
      nextCursor: null,
      searchedUntil: null,
    });
    expect(await stateOf(attempt)).toBe('dead/failed');
  });

  it('can be recorded before its attempts, and any number of times', async () => {
    const attempt = await failed('e');
    const letter = deadLetter(attempt, { atMs: 200 });
    await store(letter);
    await store(letter, attempt, letter);
    expect((await list()).deadLetters).toHaveLength(1);
    expect(await stateOf(attempt)).toBe('dead/failed');
  });

  it('is none when an attempt has arrived all the same', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }), await delivered(attempt));
    expect((await list()).deadLetters).toEqual([]);
    expect(await stateOf(attempt)).toBe('delivered/delivered');
    const { status, json } = await replay(attempt.delivery.id);
    expect([status, json]).toEqual([
      409,
      expect.objectContaining({ type: 'urn:throughline:problem:already_delivered' }),
    ]);
    expect(queued).toEqual([]);
  });
});

const conflict = (type: string): object => ({
  status: 409,
  json: { type: `urn:throughline:problem:${type}` },
});

describe('a failed delivery whose sender may come again', () => {
  const farMs = 10 * 365 * 86_400_000;

  it('waits, is no dead letter yet and cannot be replayed', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: farMs, toldAtMs: 200 }));
    expect((await list()).deadLetters).toEqual([]);
    expect(await stateOf(attempt)).toBe('waiting/waiting');
    expect(await replay(attempt.delivery.id)).toMatchObject(conflict('sender_may_come_again'));
    expect(queued).toEqual([]);
  });

  it('becomes a dead letter when it has not', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 900, toldAtMs: 200 }));
    expect((await list()).deadLetters).toHaveLength(1);
    expect(await stateOf(attempt)).toBe('dead/failed');
    expect((await replay(attempt.delivery.id)).status).toBe(202);
  });

  it('waits again when it comes again, however late and in whatever order that is told', async () => {
    const attempt = await failed('e');
    const earlier = deadLetter(attempt, { atMs: 900, toldAtMs: 200 });
    const later = deadLetter(attempt, { atMs: farMs, toldAtMs: 300 });
    for (const letters of [
      [earlier, later],
      [later, earlier],
    ]) {
      await withClient(database.url, (client) => client.query('truncate dead_letters'));
      for (const letter of letters) await store(attempt, letter);
      expect(await stateOf(attempt)).toBe('waiting/waiting');
      expect((await list()).deadLetters).toEqual([]);
    }
  });

  it('is dead at once after its last try, in whatever order that is told', async () => {
    const attempt = await failed('e');
    const earlier = deadLetter(attempt, { atMs: farMs, toldAtMs: 200 });
    const last = deadLetter(attempt, { atMs: 300 });
    for (const letters of [
      [earlier, last],
      [last, earlier],
    ]) {
      await withClient(database.url, (client) => client.query('truncate dead_letters'));
      await store(attempt, ...letters);
      expect(await stateOf(attempt)).toBe('dead/failed');
    }
  });

  it('never dies once it has arrived, even when that is told after it was due', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 900, toldAtMs: 200 }));
    await store(await delivered(attempt));
    expect(await stateOf(attempt)).toBe('delivered/delivered');
    expect((await list()).deadLetters).toEqual([]);
  });
});

it('a delivery is not under way for ever when the Worker died in an attempt', async () => {
  const { event, delivery, ...attempt } = await failed('e');
  const cutOff: AttemptRecord = {
    ...attempt,
    event,
    delivery,
    attempt: { ...attempt.attempt, endedAt: null, status: null, outcome: 'running', error: null },
  };
  await store(cutOff);
  expect(await stateOf(cutOff)).toBe('running/running');
  await store(await delivered(cutOff));
  expect(await stateOf(cutOff)).toBe('delivered/delivered');
});

describe('the list of dead letters', () => {
  it('is walked page by page, newest first, without a gap where times are equal', async () => {
    for (const index of [0, 1, 2, 3, 4]) {
      const attempt = await failed('e'.repeat(index + 1));
      await store(attempt, deadLetter(attempt, { atMs: index < 3 ? 500 : 1_000 }));
    }
    const ids: string[] = [];
    const times: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: DeadLetterPage = await list(`?limit=2${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.deadLetters.map(({ deliveryId }) => deliveryId));
      times.push(...page.deadLetters.map(({ deadAt }) => deadAt));
      cursor = page.nextCursor;
    }
    expect(new Set(ids).size).toBe(5);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('refuses a cursor of another list', async () => {
    const cursor = Buffer.from(
      JSON.stringify(['2026-11-24T12:00:00.000000Z', crypto.randomUUID()]),
    );
    const { status } = await call(
      'GET',
      `/api/dead-letters?cursor=${cursor.toString('base64url')}`,
    );
    expect(status).toBe(400);
  });
});

describe('cancelling a delivery', () => {
  it('lets no attempt of the edge’s follow', async () => {
    const attempt = await failed('e');
    await store({ ...attempt, delivery: { ...attempt.delivery, algorithm: 'broadcast' } });
    expect(await stateOf(attempt)).toBe('waiting/waiting');
    const { status, json } = await cancel(attempt.delivery.id);
    expect(status).toBe(202);
    expect(cancellationViewSchema.parse(json)).toEqual({
      deliveryId: attempt.delivery.id,
      cancelledAt: at(100_000),
    });
    expect([...cancelled]).toEqual([attempt.delivery.id]);
  });

  it('ends with a replay', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }));
    await replay(attempt.delivery.id);
    expect((await cancel(attempt.delivery.id)).status).toBe(202);
    await store(deadLetter(attempt, { atMs: 200_000 }));
    await replay(attempt.delivery.id);
    expect([...cancelled]).toEqual([]);
  });

  it('is refused where the edge attempts nothing more, with the reason', async () => {
    const attempt = await failed('e');
    await store(attempt);
    const bySender = await cancel(attempt.delivery.id);
    await store(deadLetter(attempt, { atMs: 200 }));
    const asDead = await cancel(attempt.delivery.id);
    await store(await delivered(attempt));
    const arrived = await cancel(attempt.delivery.id);
    expect([bySender, asDead, arrived]).toMatchObject([
      { status: 409, json: { detail: expect.stringMatching(/sender/) } },
      { status: 409, json: { detail: expect.stringMatching(/dead letter/) } },
      { status: 409, json: { detail: expect.stringMatching(/arrived/) } },
    ]);
    expect((await cancel('0'.repeat(64))).status).toBe(404);
    expect([...cancelled]).toEqual([]);
  });
});

describe('a replay', () => {
  it('hands the same request with the same ids to the retries queue, and shows it waiting', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }));
    const { status, json } = await replay(attempt.delivery.id.toUpperCase());
    expect(status).toBe(202);
    expect(replayViewSchema.parse(json)).toEqual({
      deliveryId: attempt.delivery.id,
      replayedAt: at(100_000),
    });
    expect(queued).toMatchObject([
      {
        delayMs: 0,
        pending: {
          event: { id: 'e', traceId: attempt.event.traceId },
          delivery: attempt.delivery,
          destination: attempt.attempt.destination,
          method: 'POST',
          headers: [
            ['content-type', 'application/json'],
            ['idempotency-key', attempt.delivery.id],
          ],
          body,
          attempts: 0,
        },
      },
    ]);
    expect((await list()).deadLetters).toEqual([]);
    expect(await stateOf(attempt)).toBe('waiting/waiting');
  });

  it('happens once when two ask for it at the same time', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }));
    const answers = await Promise.all([1, 2, 3].map(() => replay(attempt.delivery.id)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 409, 409]);
    expect(queued).toHaveLength(1);
  });

  it('of one that dies again can be made again; the record of its first death changes nothing', async () => {
    const attempt = await failed('e');
    const first = deadLetter(attempt, { atMs: 200 });
    await store(attempt, first);
    await replay(attempt.delivery.id);
    await store(first);
    expect(await stateOf(attempt)).toBe('waiting/waiting');
    await store(await failed('e', 2), deadLetter(attempt, { atMs: 200_000 }));
    expect(await stateOf(attempt)).toBe('dead/failed');
    expect((await replay(attempt.delivery.id)).status).toBe(202);
  });

  it('that arrives ends it', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }));
    await replay(attempt.delivery.id);
    await store(await delivered(attempt));
    expect(await stateOf(attempt)).toBe('delivered/delivered');
  });

  it('leaves a dead letter where the queue does not take it', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }));
    const refusing = { enqueue: () => Promise.resolve(false) };
    expect((await replay(attempt.delivery.id, { retries: refusing })).status).toBe(503);
    expect((await list()).deadLetters).toHaveLength(1);
  });

  it('takes a large request from the bucket, and says when it is not there any more', async () => {
    const attempt = await failed('e');
    await store(
      attempt,
      deadLetter(attempt, { atMs: 200, request: { kept: 'bodies', key: 'deliveries/1' } }),
    );
    const { status, json } = await replay(attempt.delivery.id);
    expect([status, json]).toEqual([
      409,
      expect.objectContaining({ type: 'urn:throughline:problem:body_lost' }),
    ]);
    const { event, arrival, delivery } = attempt;
    const pending: PendingDelivery = {
      event,
      arrival,
      delivery,
      destination: attempt.attempt.destination,
      method: 'PUT',
      headers: [],
      body,
      attempts: 8,
      firstAttemptAt: at(100),
    };
    const text = JSON.stringify(pending);
    const bodies: ApiDeps['bodies'] = {
      get: (key) =>
        Promise.resolve(key === 'deliveries/1' ? { text: () => Promise.resolve(text) } : null),
    };
    expect((await replay(attempt.delivery.id, { bodies })).status).toBe(202);
    expect(queued).toEqual([{ delayMs: 0, pending: { ...pending, attempts: 0 } }]);
  });

  it('needs a dead letter that is known', async () => {
    expect((await replay('0'.repeat(64))).status).toBe(404);
    expect((await replay('42')).status).toBe(400);
  });
});
