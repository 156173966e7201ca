// Circuits with the real object and real destinations: what isolates learn of each other, the object evicted and out
// of reach, and what that means for events. The clock is moved, never waited for.
import { evictAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { rules } from '../../src/circuits/circuit.ts';
import { circuitId, circuitKey, shardOf } from '../../src/circuits/destination-key.ts';
import { packPending, unpackParcel } from '../../src/deliveries/parcel.ts';
import type { AttemptRecord } from '../../src/store/record.ts';
import { Isolate } from '../support/isolate.ts';
import { limitedQueue, type SentMessage } from './cloudflare-limits.ts';
import { edgeUrl, event, send, type Sent } from './edge.ts';
import { consume, pendingTo, receivedAt } from './pending.ts';

const clock = {
  get nowMs(): number {
    return Date.now();
  },
};

/** How far the clock has been moved on. It goes on by itself too: what waits must see it pass. */
let aheadMs = 0;
const realNow = Date.now.bind(Date);
beforeAll(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
});
afterAll(() => {
  vi.restoreAllMocks();
});

function pass(ms: number): void {
  aheadMs += ms;
}

function isolate(): Isolate {
  return new Isolate(clock, (shard, report) => env.CIRCUITS.getByName(shard).report(report));
}

function job(): URL {
  return new URL(`https://jobs.example/${crypto.randomUUID()}`);
}

/** Lets what is due end in both, after some time. */
async function meet(isolates: readonly Isolate[], destination: URL, ms: number): Promise<void> {
  pass(ms);
  for (const one of isolates) {
    one.admits(destination);
    await one.settle();
  }
}

async function factsOf(destination: URL) {
  const id = await circuitId(circuitKey(destination));
  const list = await env.CIRCUITS.getByName(shardOf(id)).list();
  return list.find((one) => one.id === id);
}

describe('two isolates and the object', () => {
  test('what one has seen the other knows within two seconds', async () => {
    const [one, other, destination] = [isolate(), isolate(), job()];
    one.fail(destination, 5);
    await meet([one], destination, 800);
    await meet([other], destination, 800);
    expect(other.admits(destination)).toBe(false);
    expect(await factsOf(destination)).toMatchObject({
      state: 'open',
      reason: expect.stringContaining('5 events in a row failed since'),
    });
  });

  test('a circuit stays open though the object is evicted', async () => {
    const [one, other, destination] = [isolate(), isolate(), job()];
    one.fail(destination, 5);
    await meet([one], destination, 800);
    await evictAllDurableObjects();
    await meet([other], destination, 800);
    expect(other.admits(destination)).toBe(false);
  });

  test('failures that come slowly are counted over evictions', async () => {
    const [one, destination] = [isolate(), job()];
    for (let failure = 0; failure < 5; failure += 1) {
      one.fail(destination, 1);
      await one.settle();
      await meet([one], destination, 60_000);
      await evictAllDurableObjects();
    }
    expect(await factsOf(destination)).toMatchObject({ state: 'open' });
  });

  test('one holds the probe', async () => {
    const [one, other, destination] = [isolate(), isolate(), job()];
    one.fail(destination, 5);
    await meet([one, other], destination, 800);
    await meet([one, other], destination, 800);
    await meet([one, other], destination, rules.firstOpenMs);
    await meet([one, other], destination, 800);
    const admitted = [one, other].filter((each) => each.admits(destination));
    expect(admitted).toHaveLength(1);
    admitted[0]?.attempt(destination);
    await meet([one, other], destination, 800);
    await meet([one, other], destination, 800);
    expect([one.admits(destination), other.admits(destination)]).toEqual([true, true]);
  });

  test('what another version stored, and this one cannot read, begins anew', async () => {
    const [one, destination] = [isolate(), job()];
    one.fail(destination, 5);
    await meet([one], destination, 800);
    const stub = env.CIRCUITS.getByName(shardOf(await circuitId(circuitKey(destination))));
    await runInDurableObject(stub, (_object, state) => {
      state.storage.sql.exec(`UPDATE circuits SET circuit = '{"v":2}'`);
    });
    await evictAllDurableObjects();
    expect(await factsOf(destination)).toBeUndefined();
  });
});

/** A destination that answers with the status that it is told. */
async function switchTo(path: string, status: number): Promise<void> {
  await fetch(`${inject('destinationUrl')}${path}?status=${status}`, { method: 'PUT' });
}

function attemptsOf({ records }: Sent): AttemptRecord[] {
  return records.filter((record) => record.type === 'attempt');
}

function wentTo(sent: Sent): string[] {
  return attemptsOf(sent).map(({ attempt }) => new URL(attempt.destination).pathname);
}

function urlOf(path: string): URL {
  return new URL(inject('destinationUrl') + path);
}

/** Makes a destination fail until its circuit is open. */
async function breakDown(path: string): Promise<void> {
  await switchTo(path, 500);
  for (let time = 0; time < 5; time += 1) {
    await send(event(edgeUrl(path), '{}', { 'webhook-id': crypto.randomUUID() }));
    pass(1_000);
  }
  await send(event(edgeUrl(path), '{}', { 'webhook-id': crypto.randomUUID() }));
  expect(await factsOf(urlOf(path))).toMatchObject({ state: 'open' });
}

describe('a destination that fails and recovers', { timeout: 120_000 }, () => {
  test('is skipped by rotations, and comes back by a probe', async () => {
    const [bad, good] = ['/switch/rotating', '/rotating/good'];
    const url = `${edgeUrl(bad, good)}&algorithm=round-robin`;
    await breakDown(bad);
    const skipping: Sent[] = [];
    for (let time = 0; time < 4; time += 1) skipping.push(await send(event(url, '{}')));
    expect(skipping.flatMap(wentTo)).toEqual([good, good, good, good]);
    const skipped = [{ destination: urlOf(bad).href, why: 'circuit_open' }];
    expect(
      skipping.flatMap((sent) => attemptsOf(sent).map(({ attempt }) => attempt.skipped)),
    ).toEqual([skipped, undefined, skipped, undefined]);

    await switchTo(bad, 200);
    pass(rules.firstOpenMs);
    const back: Sent[] = [];
    for (let time = 0; time < 8; time += 1) {
      back.push(await send(event(url, '{}')));
      pass(1_000);
    }
    expect(back.slice(-4).flatMap(wentTo)).toEqual([bad, good, bad, good]);
  });

  test('where all are open, the least bad one is called', async () => {
    const [first, second] = ['/switch/all-1', '/switch/all-2'];
    await breakDown(first);
    pass(3_000);
    await breakDown(second);
    const sent = await send(event(`${edgeUrl(second, first)}&algorithm=round-robin`, '{}'));
    expect(wentTo(sent)).toEqual([first]);
  });

  test('pass-through goes on calling it, unless a fallback can take over', async () => {
    const [bad, fallback] = ['/switch/passing', '/passing/fallback'];
    await breakDown(bad);
    expect(wentTo(await send(event(edgeUrl(bad), '{}')))).toEqual([bad]);
    const list = encodeURIComponent(urlOf(fallback).href);
    const sent = await send(event(`${edgeUrl(bad)}&fallback=${list}`, '{}'));
    expect([sent.response.status, wentTo(sent)]).toEqual([200, [fallback]]);
    expect(attemptsOf(sent)[0]?.attempt.skipped).toEqual([
      { destination: urlOf(bad).href, why: 'circuit_open' },
    ]);
  });

  test('a broadcast keeps its delivery for later, without an attempt', async () => {
    const [bad, good] = ['/switch/broadcast', '/broadcast/good'];
    await breakDown(bad);
    const before = (await receivedAt(bad)).length;
    const queued: SentMessage[] = [];
    const RETRIES = limitedQueue(env.RETRIES, queued);
    const sent = await send(event(`${edgeUrl(bad, good)}&algorithm=broadcast`, '{}'), { RETRIES });
    expect([sent.response.status, JSON.parse(sent.text)]).toMatchObject([
      202,
      { deliveries: [{ state: 'queued', status: null }, { state: 'delivered' }] },
    ]);
    expect((await receivedAt(bad)).length).toBe(before);
    // It is seen to wait, and its first attempt says why it came late.
    const waiting = sent.records.filter((record) => record.type === 'delivery');
    expect(waiting).toMatchObject([{ delivery: { target: urlOf(bad).href } }]);
    await switchTo(bad, 200);
    pass(60_000 + rules.firstOpenMs);
    const { fate, records } = await consume(queued[0]?.body);
    const skipped = [{ destination: urlOf(bad).href, why: 'circuit_open' }];
    expect([fate, records]).toMatchObject([
      'acknowledged',
      [{ attempt: { skipped } }, { attempt: { outcome: 'delivered', skipped } }],
    ]);
  });

  test('a retry waits without an attempt, which is not counted, and goes on when it is back', async () => {
    const bad = '/switch/retried';
    await breakDown(bad);
    const before = (await receivedAt(bad)).length;
    const { fate, sent, records } = await consume(packPending(pendingTo(bad), 0), 3);
    expect([fate, records, (await receivedAt(bad)).length]).toEqual(['acknowledged', [], before]);
    const parcel = unpackParcel(sent[0]?.body);
    const waitMs = (parcel?.dueAtMs ?? 0) - Date.now();
    expect(parcel).toMatchObject({ kept: 'here', pending: { attempts: 3 } });
    expect(waitMs).toBeGreaterThanOrEqual(3_000);
    expect(waitMs).toBeLessThanOrEqual(15_000);

    await switchTo(bad, 200);
    pass(waitMs + rules.firstOpenMs);
    const again = await consume(sent[0]?.body);
    expect([again.fate, (await receivedAt(bad)).length]).toEqual(['acknowledged', before + 1]);
  });

  test('events do not wait for an object that is out of reach', async () => {
    const unreachable = {
      getByName: () => {
        throw new Error('out of reach');
      },
    } as unknown as typeof env.CIRCUITS;
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    pass(60_000);
    const sent = await send(event(edgeUrl('/out-of-reach/circuits'), '{}'), {
      CIRCUITS: unreachable,
    });
    expect([sent.response.status, reported.mock.calls.flat().join()]).toEqual([
      200,
      expect.stringContaining('Circuits are out of reach'),
    ]);
    reported.mockRestore();
  });
});
