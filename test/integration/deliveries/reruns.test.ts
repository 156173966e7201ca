// A delivery that arrived, made again as another one: what is sent, how the two are linked, and when it is refused.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { createCheckedApi } from '../../support/checked-api.ts';
import type { ApiDeps } from '../../../src/api/deps.ts';
import { rerunViewSchema } from '../../../src/api/replay-views.ts';
import { traceDetailSchema } from '../../../src/api/views.ts';
import type { PendingDelivery } from '../../../src/deliveries/pending-delivery.ts';
import { pendingDeliverySchema } from '../../../src/deliveries/pending-delivery.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { AttemptRecord, RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { idleDeps } from '../../support/idle-deps.ts';
import { whatHappened } from '../../support/what-happened.ts';
import { at, sampleAttempt, sampleEvent, startMs } from '../store/sample-records.ts';
import { body as keptBody, deadLetter, delivered, failed } from './sample-letters.ts';

const token = 'tl_test_token';
let database: Awaited<ReturnType<typeof createDatabase>>;
let queued: PendingDelivery[] = [];

async function call(method: string, path: string, body?: object, given: Partial<ApiDeps> = {}) {
  const api = createCheckedApi({
    ...idleDeps,
    connect: (work) => withClient(database.url, work),
    retries: {
      enqueue: (pending) => {
        queued.push(pendingDeliverySchema.parse(JSON.parse(JSON.stringify(pending))));
        return Promise.resolve(true);
      },
    },
    apiTokenSha256: createHash('sha256').update(token).digest('hex'),
    now: () => startMs + 100_000,
    report: () => undefined,
    ...given,
  });
  const response = await api.request(path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-throughline-actor': 'jane@example.com',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: (await response.json()) as unknown };
}

const rerun = (id: string, asked: object = {}, given: Partial<ApiDeps> = {}) =>
  call('POST', `/api/deliveries/${id}/rerun`, asked, given);

async function store(...records: RecordMessage[]): Promise<void> {
  const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
  await consumeRecords(
    { queue: 'records', messages: [message] },
    {
      connect: (work) => withClient(database.url, work),
      now: () => startMs,
      report: () => undefined,
    },
  );
}

async function arrived(given: Parameters<typeof sampleEvent>[0]): Promise<AttemptRecord> {
  const event = await sampleEvent(given);
  const { ended } = await sampleAttempt(event, { job: 'charge-card', startMs: 100, endMs: 200 });
  await store(ended);
  return ended;
}

/** The record of the rerun's own attempt, as the consumer of retries tells it. */
function attemptOf(pending: PendingDelivery): AttemptRecord {
  const { event, arrival, delivery, destination } = pending;
  return {
    v: 1,
    type: 'attempt',
    event,
    arrival,
    delivery,
    attempt: {
      id: crypto.randomUUID(),
      destination,
      startedAt: at(100_100),
      endedAt: at(100_200),
      status: 200,
      outcome: 'delivered',
      error: null,
      answer: null,
    },
  };
}

const notAllowed = (): Promise<boolean> => Promise.resolve(false);

const refused = (reason: string): object => ({
  status: 409,
  json: { type: `urn:throughline:problem:${reason}` },
});

beforeAll(async () => {
  database = await createDatabase('reruns');
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
});
afterAll(() => database.drop());
beforeEach(async () => {
  queued = [];
  await withClient(database.url, (client) =>
    client.query(`truncate ${whatHappened}, dead_letters, reruns`),
  );
});

describe('a rerun', () => {
  it('of a Hasura event sends it rebuilt, with ids and a key of its own, in the same trace', async () => {
    const first = await arrived({ id: 'e', atMs: 0 });
    const { status, json } = await rerun(first.delivery.id, { headers: { 'X-Secret': 'yes' } });
    expect(status).toBe(202);
    const view = rerunViewSchema.parse(json);
    expect(view).toMatchObject({ rerunOf: first.delivery.id, body: 'rebuilt' });
    const [pending] = queued;
    if (!pending) throw new Error('nothing was queued');
    expect(pending.delivery).toMatchObject({ id: view.deliveryId, rerunOf: first.delivery.id });
    expect(view.deliveryId).not.toBe(first.delivery.id);
    expect(pending.delivery.hopId).not.toBe(first.delivery.hopId);
    expect(pending.event.traceId).toBe(first.event.traceId);
    expect(pending).toMatchObject({ destination: first.attempt.destination, attempts: 0 });
    expect(JSON.parse(Buffer.from(pending.body ?? '', 'base64').toString())).toMatchObject({
      id: 'e',
      created_at: first.event.createdAt,
      table: { schema: 'public', name: 'orders' },
      trigger: { name: 'order_placed' },
      event: {
        op: 'UPDATE',
        data: { old: first.event.old, new: first.event.new },
        session_variables: first.event.sessionVariables,
      },
    });
    expect(Object.fromEntries(pending.headers)).toMatchObject({
      'content-type': 'application/json',
      'x-secret': 'yes',
      'idempotency-key': view.deliveryId,
      'x-correlation-id': view.correlationId,
    });
  });

  it('is shown beside the delivery that it makes again, each with the other', async () => {
    const first = await arrived({ id: 'e', atMs: 0 });
    await rerun(first.delivery.id);
    await rerun(first.delivery.id);
    expect(new Set(queued.map(({ delivery }) => delivery.id)).size).toBe(2);
    await store(...queued.map(attemptOf));
    const { json } = await call('GET', `/api/traces/${first.event.traceId}`);
    const { deliveries, events } = traceDetailSchema.parse(json);
    expect(deliveries).toHaveLength(3);
    const old = deliveries.find(({ id }) => id === first.delivery.id);
    expect(old?.reruns.toSorted()).toEqual(queued.map(({ delivery }) => delivery.id).toSorted());
    expect(deliveries.filter(({ rerunOf }) => rerunOf === first.delivery.id)).toHaveLength(2);
    // What is stored of the event is as it came, and it came once.
    expect(events).toMatchObject([{ id: 'e', arrivals: 1, payloadKept: true }]);
    expect(events[0]?.changes).not.toEqual([]);
  });

  it('of what had failed before it arrived sends the request as it was sent', async () => {
    const attempt = await failed('e');
    await store(attempt, deadLetter(attempt, { atMs: 200 }), await delivered(attempt));
    const { json } = await rerun(attempt.delivery.id);
    expect(rerunViewSchema.parse(json).body).toBe('as_sent');
    expect(queued[0]?.body).toBe(keptBody);
    const keys = queued[0]?.headers.filter(([name]) => name === 'idempotency-key');
    expect(keys).toEqual([['idempotency-key', queued[0]?.delivery.id]]);
  });

  it('is written down with who asked for it', async () => {
    const first = await arrived({ id: 'e', atMs: 0 });
    await rerun(first.delivery.id);
    const { rows } = await withClient(database.url, (client) =>
      client.query(`select encode(rerun_of, 'hex') as of, who, on_behalf_of, body from reruns`),
    );
    expect(rows).toEqual([
      {
        of: first.delivery.id,
        who: 'api-token',
        on_behalf_of: 'jane@example.com',
        body: 'rebuilt',
      },
    ]);
  });

  it('that the queue does not take is not written down', async () => {
    const first = await arrived({ id: 'e', atMs: 0 });
    const retries = { enqueue: () => Promise.resolve(false) };
    expect((await rerun(first.delivery.id, {}, { retries })).status).toBe(503);
    const { rows } = await withClient(database.url, (client) => client.query('select from reruns'));
    expect(rows).toEqual([]);
  });

  it('of a rerun is linked to that', async () => {
    const first = await arrived({ id: 'e', atMs: 0 });
    await rerun(first.delivery.id);
    await store(...queued.map(attemptOf));
    const second = queued[0]?.delivery.id ?? '';
    expect((await rerun(second)).status).toBe(202);
    expect(queued[1]?.delivery.rerunOf).toBe(second);
  });
});

describe('a rerun is refused', () => {
  it('where the delivery has not arrived', async () => {
    const attempt = await failed('e');
    await store(attempt);
    expect(await rerun(attempt.delivery.id)).toMatchObject(refused('not_delivered'));
    expect((await rerun('0'.repeat(64))).status).toBe(404);
  });

  it.each([
    ['is a webhook’s', { kind: 'webhook', op: null, table: null, payloadKept: false } as const],
    ['was too large to keep', { old: null, new: null, payloadKept: false }],
  ])('where its request %s', async (_what, facts) => {
    const first = await arrived({ id: 'e', atMs: 0, ...facts });
    expect(await rerun(first.delivery.id)).toMatchObject(refused('body_not_kept'));
  });

  it('where columns were left out of what is stored', async () => {
    const first = await arrived({ id: 'e', atMs: 0, new: { id: 42, iban: '[redacted]' } });
    expect(await rerun(first.delivery.id)).toMatchObject(refused('body_redacted'));
  });

  it('where the allowlist has no place for the destination any more', async () => {
    const first = await arrived({ id: 'e', atMs: 0 });
    expect(await rerun(first.delivery.id, {}, { isAllowed: notAllowed })).toMatchObject(
      refused('not_allowed'),
    );
    expect(queued).toEqual([]);
  });

  it('where it would write headers that are Throughline’s own', async () => {
    const first = await arrived({ id: 'e', atMs: 0 });
    for (const name of ['Idempotency-Key', 'host', 'x-throughline-hops', 'bad name']) {
      expect((await rerun(first.delivery.id, { headers: { [name]: 'x' } })).status).toBe(400);
    }
    const smuggled = { headers: { 'x-a': 'x\r\nhost: evil' } };
    expect((await rerun(first.delivery.id, smuggled)).status).toBe(400);
  });
});
