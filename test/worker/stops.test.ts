// A stopped trigger at the edge and in the retries consumer, from the API to the real objects and the real KV.
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, inject, test, vi } from 'vitest';
import type { DeadLetterRecord } from '../../src/store/record.ts';
import { type Admin, freshAdmin, recordingKv } from './admin.ts';
import { edgeUrl, event, send, type Sent } from './edge.ts';
import { consume, pendingTo, receivedAt } from './pending.ts';

const who = { name: 'jane', onBehalfOf: null };
const consumer = { name: 'throughline', onBehalfOf: null };
let id = 0;

/** What Hasura sends for a row; one mutation, and so one trace, for each context. */
function hasura(trigger: string, context: string): string {
  id += 1;
  return JSON.stringify({
    id: `stops-${id}`,
    created_at: '2026-11-25T10:00:00.000000',
    table: { schema: 'public', name: 'orders' },
    trigger: { name: trigger },
    event: {
      op: 'UPDATE',
      session_variables: null,
      data: {
        old: { id: 1, updated_by: 'jane@example.com' },
        new: { id: 1, updated_by: 'jane@example.com' },
      },
      trace_context: { trace_id: context, span_id: '1'.padStart(16, '0') },
    },
    delivery_info: { current_retry: 0, max_retries: 3 },
  });
}

const context = (): string => crypto.randomUUID().replaceAll('-', '');
const letters = ({ records }: Pick<Sent, 'records'>): DeadLetterRecord[] =>
  records.filter((record) => record.type === 'dead_letter');

/** What an isolate that has read nothing yet does, bound to this test's object. */
async function sendAnew(admin: Admin, request: Request, given: Partial<Env> = {}): Promise<Sent> {
  const SNAPSHOT = {
    get: (...asked: Parameters<KVNamespace['get']>) => env.SNAPSHOT.get(...asked),
  } as unknown as KVNamespace;
  return send(request, { SNAPSHOT, ...admin.bindings, ...given });
}

async function traceOf(admin: Admin, body: string): Promise<string> {
  const { records } = await sendAnew(admin, event(edgeUrl('/stops/probe'), body));
  const [record] = records;
  if (record?.type !== 'attempt') throw new Error('It was not attempted.');
  return record.event.traceId;
}

/** A trigger that is stopped in the trace of a mutation, as the edge can read it. */
async function stopped(trigger = 'order_changed') {
  const admin = freshAdmin();
  const mutation = context();
  const traceId = await traceOf(admin, hasura(trigger, mutation));
  const outcome = await admin.stub.stop({ source: 'shop', trigger, traceId }, who, null);
  if (!outcome.stopped) throw new Error(outcome.why);
  await vi.waitFor(async () => {
    const text = await env.SNAPSHOT.get('configuration');
    expect(text).toContain(outcome.stop.id);
  });
  return { admin, mutation, traceId, stop: outcome.stop };
}

const what = (): { source: string; trigger: string; traceId: string } => ({
  source: 'shop',
  trigger: 'ping',
  traceId: crypto.randomUUID(),
});

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

describe('an event whose trigger is stopped in its trace', () => {
  test('is kept, whole, and its sender told so; nothing is sent', async () => {
    const { admin, mutation, stop } = await stopped();
    const body = hasura('order_changed', mutation);
    const sent = await sendAnew(admin, event(edgeUrl('/stops/kept'), body));
    expect(sent.response.status, sent.text).toBe(202);
    expect(JSON.parse(sent.text)).toMatchObject({ stopped: { id: stop.id }, kept: 1 });
    expect(sent.records).toHaveLength(1);
    expect(letters(sent)).toMatchObject([
      {
        event: { trigger: 'order_changed', traceId: stop.traceId },
        death: { reason: 'stopped', status: null },
        destination: `${inject('destinationUrl')}/stops/kept`,
        request: { kept: 'here', body: Buffer.from(body).toString('base64') },
      },
    ]);
    expect(await receivedAt('/stops/kept')).toEqual([]);
  });

  test('leaves a letter for each destination of a broadcast', async () => {
    const { admin, mutation } = await stopped();
    const url = `${edgeUrl('/stops/one', '/stops/two')}&algorithm=broadcast`;
    const sent = await sendAnew(admin, event(url, hasura('order_changed', mutation)));
    expect([sent.response.status, letters(sent).length]).toEqual([202, 2]);
    expect(new Set(letters(sent).map(({ delivery }) => delivery.id)).size).toBe(2);
  });

  test('takes no turn of a rotation', async () => {
    const { admin, mutation } = await stopped();
    const url = `${edgeUrl('/stops/first', '/stops/second')}&algorithm=round-robin`;
    const getByName = vi.fn();
    const refuse = { getByName } as unknown as Env['ROUND_ROBIN'];
    const request = event(url, hasura('order_changed', mutation));
    const sent = await sendAnew(admin, request, { ROUND_ROBIN: refuse });
    expect([sent.response.status, letters(sent).length]).toEqual([202, 1]);
    expect(getByName).not.toHaveBeenCalled();
  });
});

describe('what is not stopped goes on', () => {
  test('another trigger of the same trace, and the same trigger in another', async () => {
    const { admin, mutation } = await stopped();
    for (const body of [
      hasura('order_paid', mutation),
      hasura('order_changed', context()),
      '{"no":"event"}',
    ]) {
      const sent = await sendAnew(admin, event(edgeUrl('/stops/on'), body));
      expect([sent.response.status, letters(sent)]).toEqual([200, []]);
    }
  });

  test('at once after it was released, whatever old list an isolate still has', async () => {
    const { admin, mutation, stop } = await stopped();
    const old = await env.SNAPSHOT.get('configuration');
    const SNAPSHOT = { get: () => Promise.resolve(old) } as unknown as KVNamespace;
    const request = () => event(edgeUrl('/stops/again'), hasura('order_changed', mutation));
    const held = await send(request(), { SNAPSHOT, ...admin.bindings });
    expect(held.response.status).toBe(202);
    await admin.stub.endStop(stop.id, 'released', who);
    const free = await send(request(), { SNAPSHOT, ...admin.bindings });
    expect([free.response.status, letters(free)]).toEqual([200, []]);
  });

  test('stays stopped while the keeper is out of reach', async () => {
    const { admin, mutation } = await stopped();
    const broken = {
      getByName: () => ({ holds: () => Promise.reject(new Error('gone')) }),
    } as unknown as Env['ADMIN_CONFIG'];
    const request = event(edgeUrl('/stops/unsure'), hasura('order_changed', mutation));
    const sent = await sendAnew(admin, request, { ADMIN_CONFIG: broken });
    expect(sent.response.status).toBe(202);
  });
});

test('a retry of a stopped trigger becomes a dead letter, and is made once it is released', async () => {
  const { admin, traceId, stop } = await stopped();
  const pending = pendingTo('/stops/retry');
  pending.event = { ...pending.event, kind: 'hasura', trigger: 'order_changed', traceId };
  const parcel = JSON.stringify({ v: 1, kept: 'here', dueAtMs: 0, pending });
  const old = await env.SNAPSHOT.get('configuration');
  const SNAPSHOT = { get: () => Promise.resolve(old) } as unknown as KVNamespace;
  const kept = await consume(parcel, 1, { SNAPSHOT, ...admin.bindings });
  expect(kept.fate).toBe('acknowledged');
  expect(letters(kept)).toMatchObject([{ death: { reason: 'stopped' } }]);
  expect(await receivedAt('/stops/retry')).toEqual([]);
  await admin.stub.endStop(stop.id, 'released', who);
  const made = await consume(parcel, 1, { SNAPSHOT, ...admin.bindings });
  expect([made.fate, letters(made)]).toEqual(['acknowledged', []]);
  expect(await receivedAt('/stops/retry')).toHaveLength(1);
});

describe('the keeper', () => {
  test('gives two who stop the same at once one stop', async () => {
    const { stub } = freshAdmin();
    const loop = what();
    const rounds = { times: 21, stopAfter: 20 };
    const both = await Promise.all([
      stub.stop(loop, consumer, rounds),
      stub.stop(loop, consumer, rounds),
    ]);
    expect(both.map((outcome) => outcome.stopped && outcome.isNew)).toEqual([true, false]);
    expect(await stub.stops()).toHaveLength(1);
    expect(await stub.audit({ limit: 10, before: null })).toMatchObject([
      { action: 'stop.set', name: 'throughline' },
    ]);
  });

  test('lets a released loop go on for as many rounds again, then stops it anew', async () => {
    const { stub } = freshAdmin();
    const loop = what();
    const first = await stub.stop(loop, consumer, { times: 21, stopAfter: 20 });
    if (!first.stopped) throw new Error(first.why);
    await stub.endStop(first.stop.id, 'released', who);
    expect(await stub.holds(first.stop.id)).toBe(false);
    expect(await stub.stop(loop, consumer, { times: 41, stopAfter: 20 })).toEqual({
      stopped: false,
      why: 'released',
    });
    expect(await stub.stop(loop, consumer, { times: 42, stopAfter: 20 })).toMatchObject({
      stopped: true,
      isNew: true,
    });
  });

  test('counts from the next round where a person had stopped it', async () => {
    const { stub } = freshAdmin();
    const loop = what();
    const first = await stub.stop(loop, who, null);
    if (!first.stopped) throw new Error(first.why);
    await stub.endStop(first.stop.id, 'released', who);
    const again = (times: number) => stub.stop(loop, consumer, { times, stopAfter: 20 });
    expect(await again(50)).toMatchObject({ stopped: false });
    expect(await again(70)).toMatchObject({ stopped: false });
    expect(await again(71)).toMatchObject({ stopped: true });
  });

  test('publishes stops beside a document, and goes on to when another document is stored', async () => {
    const admin = freshAdmin();
    const { kv, taken } = recordingKv();
    await admin.useKv(kv);
    const made = await admin.stub.stop(what(), who, null);
    if (!made.stopped) throw new Error(made.why);
    await vi.waitFor(() => expect(taken.at(-1)).toMatchObject({ stops: [made.stop] }), 5_000);
    await admin.put({ format: 1, allowedDestinations: ['https://jobs.example.com/*'] });
    expect(taken.at(-1)).toMatchObject({ version: 1, stops: [made.stop] });
    await admin.stub.endStop(made.stop.id, 'discarded', who);
    // An older Worker reads what has no stops.
    await vi.waitFor(() => expect(taken.at(-1)).not.toHaveProperty('stops'), 5_000);
  });
});
