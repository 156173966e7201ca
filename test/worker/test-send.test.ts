// A test that an admin sends: it goes the whole way, marked, and can be taken for no event that there was.
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import { type AttemptRecord, type RecordMessage, recordSchema } from '../../src/store/record.ts';
import { type Admin, type Answer, freshAdmin } from './admin.ts';
import { limitedQueue, type SentMessage } from './cloudflare-limits.ts';
import { edgeUrl, ingestKey, sha256 } from './edge.ts';

const pathOf = (...paths: string[]): string =>
  edgeUrl(...paths).replace('https://edge.example', '');

/** What a test sent, with what was put on record of it. */
async function testSend(
  { ask }: Admin,
  body: object,
): Promise<{ answer: Answer; records: RecordMessage[] }> {
  const messages: SentMessage[] = [];
  const answer = await ask('POST', '/test-sends', {
    body,
    variables: {
      INGEST_SOURCE: 'shop',
      INGEST_KEY_SHA256: await sha256(ingestKey),
      ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
      ALLOW_PRIVATE_DESTINATIONS: 'true',
      RECORDS: limitedQueue(env.RECORDS, messages),
    },
  });
  const records = messages.flatMap((message) =>
    recordSchema.array().parse(JSON.parse(String(message.body))),
  );
  return { answer, records };
}

const attemptsOf = (records: readonly RecordMessage[]): AttemptRecord[] =>
  records.filter((record) => record.type === 'attempt');

async function received(
  path: string,
): Promise<{ headers: Record<string, string>; body: string }[]> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  return (await fetch(url)).json();
}

const hop = 'order-paid.charge-card.0199a3f2-7c41-8b7e-9a10-5fa2b8c4d6e8';

const hasuraEvent = {
  id: 'the-real-one',
  created_at: '2026-11-24T10:00:00.123456Z',
  table: { schema: 'public', name: 'orders' },
  trigger: { name: 'order_paid' },
  event: {
    op: 'UPDATE',
    data: {
      old: { id: 42, status: 'new', updated_by: 'dana@acme.io' },
      new: { id: 42, status: 'paid', updated_by: hop },
    },
    session_variables: { 'x-hasura-correlation-id': hop, 'x-hasura-user-id': '7' },
    trace_context: { trace_id: '1'.repeat(32), span_id: '2'.repeat(16) },
  },
  delivery_info: { current_retry: 0, max_retries: 0 },
};

describe('a test send', () => {
  test('reaches the job marked as a test, and tells what its sender would have got', async () => {
    const admin = freshAdmin();
    const { answer, records } = await testSend(admin, {
      url: pathOf('/status/201/tested'),
      headers: { 'x-throughline-key': 'not-handed-on', 'content-type': 'application/json' },
      body: { parcel: 7 },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(answer.body.answer.status).toBe(201);
    expect(answer.body.event).toEqual({ source: 'shop', id: expect.stringMatching(/^test-/) });
    expect(answer.body.request.body).toBe('{"parcel":7}');
    expect(answer.text).not.toContain('not-handed-on');
    const [got] = await received('/status/201/tested');
    expect(got?.headers['x-throughline-test']).toBe('true');
    expect(got?.headers).not.toHaveProperty('x-throughline-key');
    const [attempt] = attemptsOf(records);
    expect(attempt?.event).toMatchObject({ id: answer.body.event.id, isTest: true });
    expect(answer.body.answer.headers['x-correlation-id']).toBe(attempt?.delivery.correlationId);
    const { body } = await admin.ask('GET', '/audit');
    expect(body.entries[0]).toMatchObject({
      action: 'test.send',
      outcome: 'applied',
      detail: `/api/events/${answer.body.event.id}?source=shop`,
    });
  });

  test('of a real event’s body is another event, the admin’s, and in no other cascade', async () => {
    const admin = freshAdmin();
    const ask = { url: pathOf('/hasura-test'), body: hasuraEvent };
    const [first, second] = [await testSend(admin, ask), await testSend(admin, ask)];
    const [attempt] = attemptsOf(first.records);
    const event = attempt?.event;
    expect(event).toMatchObject({
      id: first.answer.body.event.id,
      trigger: 'order_paid',
      rowKey: '42',
      startsTrace: true,
      sessionCorrelationId: null,
      contextTraceId: null,
      isTest: true,
    });
    expect(event?.actor).not.toContain('charge-card');
    expect(second.answer.body.event.id).not.toBe(event?.id);
    const bodies = (await received('/hasura-test')).map(({ body }) => body);
    expect(bodies.join()).not.toMatch(/the-real-one|charge-card/);
  });

  test('that fails is told so, and leaves no dead letter', async () => {
    const { answer, records } = await testSend(freshAdmin(), {
      url: pathOf('/status/500/test-fails'),
      body: hasuraEvent,
    });
    expect([answer.status, answer.body.answer.status]).toEqual([200, 500]);
    expect(records.map(({ type }) => type)).toEqual(['attempt']);
  });

  test('is held against allowlist and scope as anybody’s', async () => {
    const { answer, records } = await testSend(freshAdmin(), {
      url: '/?destinations=https%3A%2F%2Fsomewhere.example%2F',
    });
    expect([answer.status, answer.body.answer.status]).toEqual([200, 403]);
    expect(answer.body.answer.body).toContain('destination_not_allowed');
    expect(attemptsOf(records)).toEqual([]);
  });

  test('with a key that there is not is refused, and nothing is sent', async () => {
    const { answer, records } = await testSend(freshAdmin(), {
      url: pathOf('/never'),
      keyId: 'k_nobody',
    });
    expect([answer.status, answer.body.type]).toEqual([
      409,
      'urn:throughline:problem:key_unusable',
    ]);
    expect(records).toEqual([]);
  });
});

describe('a rotation', () => {
  test('that is reset begins at its first turn, and says so; what others have stays', async () => {
    const { ask } = freshAdmin();
    const route = `r${crypto.randomUUID().slice(0, 8)}`;
    const main = env.ROUND_ROBIN.getByName(`route:${route}`);
    const rollout = env.ROUND_ROBIN.getByName(`route:${route}:rollout`);
    await main.take(5, 60_000);
    await rollout.take(3, 60_000);
    const one = await ask('POST', `/rotations/route:${route}/reset`);
    expect(one.body.rotations).toEqual([
      { rotation: `route:${route}`, nextTurn: 0, lastUsedAt: null, clearsAt: null },
    ]);
    expect((await rollout.peek()).next).toBe(3);
    expect(await main.take(1, 60_000)).toBe(0);
    const both = await ask('POST', `/rotations/${route}/reset`);
    expect(both.body.rotations.map(({ nextTurn }: { nextTurn: number }) => nextTurn)).toEqual([
      0, 0,
    ]);
    const { body } = await ask('GET', '/audit');
    expect(body.entries[0]).toMatchObject({ action: 'rotation.reset', subject: route });
  });

  test('that is reset while turns are taken hands out none twice after it', async () => {
    const { ask } = freshAdmin();
    const name = `route:${crypto.randomUUID()}`;
    const stub = env.ROUND_ROBIN.getByName(name);
    await stub.take(10, 60_000);
    const [reset, ...taken] = await Promise.all([
      ask('POST', `/rotations/${name}/reset`),
      ...Array.from({ length: 20 }, () => stub.take(1, 60_000)),
    ]);
    expect(reset.status).toBe(200);
    const after = await stub.take(1, 60_000);
    const sinceReset = taken.filter((turn) => turn < 10);
    expect(new Set(sinceReset).size).toBe(sinceReset.length);
    // Either all came before the reset, or it counts on from those that came after it.
    expect([0, ...taken.map((turn) => turn + 1)]).toContain(after);
    expect(await runsDown(stub)).toBeGreaterThan(Date.now());
  });
});

/** When it is forgotten: its alarm is there again once it is used. */
async function runsDown(stub: { peek(): Promise<{ clearsAtMs: number | null }> }): Promise<number> {
  return (await stub.peek()).clearsAtMs ?? 0;
}
