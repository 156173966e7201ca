// The live feed with the real object and real sockets: who comes in, what is told, and that nothing is missing after an
// eviction, a crash or a break. The clock is moved, never waited for.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { LiveFeed } from '../../durable-objects/live-feed.ts';
import { circuitId, circuitKey, shardOf } from '../../src/circuits/destination-key.ts';
import { noCounts } from '../../src/live/entries.ts';
import { limits } from '../../src/live/protocol.ts';
import { Isolate } from '../support/isolate.ts';
import {
  announce,
  change,
  feed,
  knock,
  LiveClient,
  makeToken,
  offer,
  traceId,
} from './live-client.ts';

let aheadMs = 0;
const realNow = Date.now.bind(Date);
beforeAll(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
});
afterAll(() => {
  vi.restoreAllMocks();
});

const open: LiveClient[] = [];
afterEach(async () => {
  for (const client of open.splice(0)) {
    client.leave();
    await client.end();
  }
});

/** Closed after the test: a socket that nobody reads keeps the object from being evicted. */
function hold({ webSocket }: Response): void {
  if (webSocket) open.push(new LiveClient(webSocket));
}

async function connect(): Promise<LiveClient> {
  const client = await LiveClient.open();
  open.push(client);
  return client;
}

let numbers = 0;
/** A cascade that no other test has named. */
const fresh = (): number => (numbers += 1);

describe('the door', () => {
  test('opens for a token in the header or among the subprotocols, and chooses the protocol', async () => {
    const byHeader = await knock({ upgrade: 'websocket', authorization: 'Bearer tl_test_token' });
    expect(byHeader.status).toBe(101);
    hold(byHeader);
    const byProtocol = await knock({ upgrade: 'websocket', 'sec-websocket-protocol': offer() });
    expect(byProtocol.status).toBe(101);
    expect(byProtocol.headers.get('sec-websocket-protocol')).toBe('throughline.live.v1');
    hold(byProtocol);
  });

  test.each([
    ['no token', { upgrade: 'websocket' }, 401, 'token_missing'],
    [
      'a wrong token',
      { upgrade: 'websocket', 'sec-websocket-protocol': offer('wrong') },
      401,
      'token_unknown',
    ],
    [
      'a token that is none',
      { upgrade: 'websocket', 'sec-websocket-protocol': 'throughline.live.v1, bearer.%%' },
      401,
      'token_missing',
    ],
    [
      'another page',
      { upgrade: 'websocket', 'sec-websocket-protocol': offer(), origin: 'https://evil.example' },
      403,
      'foreign_origin',
    ],
    [
      'no page at all',
      { upgrade: 'websocket', 'sec-websocket-protocol': offer(), origin: 'null' },
      403,
      'foreign_origin',
    ],
    [
      'a foreign protocol',
      {
        upgrade: 'websocket',
        'sec-websocket-protocol': 'graphql-ws',
        authorization: 'Bearer tl_test_token',
      },
      400,
      'protocol_unknown',
    ],
    ['a plain request', { authorization: 'Bearer tl_test_token' }, 426, 'upgrade_required'],
    [
      'a plain request with the token as a protocol',
      { 'sec-websocket-protocol': offer() },
      401,
      'token_missing',
    ],
  ])('stays shut for %s', async (_what, headers, status, reason) => {
    const response = await knock(headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ type: expect.stringContaining(reason) });
  });

  test('opens for a page of its own origin', async () => {
    const headers = { upgrade: 'websocket', 'sec-websocket-protocol': offer() };
    const response = await knock({ ...headers, origin: 'https://edge.example' });
    expect(response.status).toBe(101);
    hold(response);
  });
});

describe('what is announced', () => {
  test('is told as a new cascade once, and as growth from then on, whoever announces it', async () => {
    const [client, number] = [await connect(), fresh()];
    const { seq } = await client.subscribe();
    await Promise.all([
      feed().announce({ entries: [change(number)], leftOut: noCounts(), missed: 0 }),
      feed().announce({
        entries: [change(number, { problem: true })],
        leftOut: noCounts(),
        missed: 0,
      }),
    ]);
    await runDurableObjectAlarm(feed());
    // Two consumers at once are one message with one entry.
    expect(await client.next('entries')).toMatchObject({
      after: seq,
      seq: seq + 2,
      entries: [{ kind: 'cascade', traceId: traceId(number), problem: true }],
    });
    await evictDurableObject(feed());
    await announce([change(number)]);
    expect(await client.next('entries')).toMatchObject({ entries: [{ kind: 'growth' }] });
  });

  test('is told by the alarm alone, when nobody announces anything more', async () => {
    const client = await connect();
    await client.subscribe();
    await feed().announce({ entries: [change(fresh())], leftOut: noCounts(), missed: 0 });
    expect((await client.next('entries')).entries).toHaveLength(1);
  });

  test('is numbered on over evictions, and a client hears on without noticing', async () => {
    const client = await connect();
    const { seq } = await client.subscribe();
    for (let step = 1; step <= 5; step += 1) {
      await announce([change(fresh())]);
      const message = await client.next('entries');
      expect(message).toMatchObject({ after: seq + step - 1, seq: seq + step });
      client.send({ type: 'ack', seq: message.seq });
      await evictDurableObject(feed());
    }
  });

  test('is told after an eviction between being stored and being sent', async () => {
    const [client, number] = [await connect(), fresh()];
    await client.subscribe();
    await feed().announce({ entries: [change(number)], leftOut: noCounts(), missed: 0 });
    await evictDurableObject(feed());
    expect(await client.next('entries')).toMatchObject({ entries: [{ traceId: traceId(number) }] });
  });

  test('is told again, with the same numbers, when the object dies before it has noted what it sent', async () => {
    const client = await connect();
    const { seq } = await client.subscribe();
    const before = await attachments();
    await announce([change(fresh())]);
    await client.next('entries');
    await runInDurableObject(feed(), (_object, state) => {
      for (const [index, socket] of state.getWebSockets().entries()) {
        socket.serializeAttachment(before[index]);
      }
    });
    await announce([change(fresh())]);
    // Overlapping: the client drops what it has.
    expect(await client.next('entries')).toMatchObject({ after: seq, seq: seq + 2 });
  });

  test('says how many announcements were lost before it', async () => {
    const client = await connect();
    await client.subscribe();
    await announce([change(fresh())], { missed: 3 });
    expect(await client.next('entries')).toMatchObject({ missed: 3 });
  });
});

async function attachments(): Promise<unknown[]> {
  return runInDurableObject(feed(), (_object, state) =>
    state.getWebSockets().map((socket) => socket.deserializeAttachment() as unknown),
  );
}

describe('a circuit', () => {
  test('is told when it opens, and when somebody closes it', async () => {
    const client = await connect();
    await client.subscribe({ filters: [{ kinds: ['circuit'] }] });
    const destination = new URL(`https://jobs.example/${crypto.randomUUID()}`);
    const clock = {
      get nowMs() {
        return Date.now();
      },
    };
    const isolate = new Isolate(clock, (shard, sent) => env.CIRCUITS.getByName(shard).report(sent));
    isolate.fail(destination, 5);
    aheadMs += 800;
    isolate.admits(destination);
    await isolate.settle();
    const id = await circuitId(circuitKey(destination));
    expect((await client.next('entries')).entries).toMatchObject([
      { kind: 'circuit', id, destination: destination.href, state: 'open', problem: true },
    ]);
    await env.CIRCUITS.getByName(shardOf(id)).reset(id, 'open');
    expect((await client.next('entries')).entries).toMatchObject([{ id, state: 'closed' }]);
  });
});

describe('resuming', () => {
  test('brings exactly what came meanwhile', async () => {
    const first = await connect();
    const { feed: name, seq } = await first.subscribe();
    await announce([change(fresh())]);
    await first.next('entries');
    first.leave();
    const numbersMeanwhile = [fresh(), fresh()];
    for (const number of numbersMeanwhile) await announce([change(number)]);
    await evictDurableObject(feed());
    const again = await connect();
    await again.subscribe({ resume: { feed: name, after: seq + 1 } });
    expect(await again.next('entries')).toMatchObject({
      after: seq + 1,
      seq: seq + 3,
      entries: numbersMeanwhile.map((number) => ({ traceId: traceId(number) })),
    });
  });

  test.each([
    [
      'the future',
      (name: string, seq: number) => ({ feed: name, after: seq + 1_000 }),
      'from_the_future',
    ],
    [
      'another feed',
      (_name: string, seq: number) => ({ feed: 'another', after: seq }),
      'another_feed',
    ],
  ])('from %s is a reset', async (_what, resumeOf, why) => {
    const client = await connect();
    const hello = await client.next('hello');
    client.send({ type: 'subscribe', filters: [], resume: resumeOf(hello.feed, hello.seq) });
    expect(await client.next('reset')).toMatchObject({ why, feed: hello.feed, seq: hello.seq });
  });

  test('from before what is kept is a reset, and numbers go on after everything else was pruned', async () => {
    const client = await connect();
    const hello = await client.next('hello');
    const many = () => Array.from({ length: 500 }, () => change(fresh()));
    for (let round = 0; round <= limits.keptEntries / 500; round += 1) await announce(many());
    const kept = await runInDurableObject(feed(), (_object: LiveFeed, state) =>
      state.storage.sql
        .exec<{ entries: number }>('SELECT sum(entries) AS entries FROM announcements')
        .one(),
    );
    expect(kept.entries).toBeLessThanOrEqual(limits.keptEntries);
    client.send({ type: 'subscribe', filters: [], resume: { feed: hello.feed, after: hello.seq } });
    const { seq, why } = await client.next('reset');
    expect({ seq, why }).toEqual({
      seq: hello.seq + limits.keptEntries / 500 + 1,
      why: 'too_old',
    });
    await evictDurableObject(feed());
    await announce([change(fresh())]);
    expect(await client.next('entries')).toMatchObject({ after: seq, seq: seq + 1 });
  });
});

describe('filters', () => {
  test('are changed by a message, and outlive an eviction', async () => {
    const client = await connect();
    await client.subscribe({ filters: [{ job: 'charge-card' }] });
    await announce([change(fresh()), change(fresh(), { jobs: ['charge-card'] })]);
    expect((await client.next('entries')).entries).toMatchObject([{ jobs: ['charge-card'] }]);
    await evictDurableObject(feed());
    await client.subscribe({ filters: [{ onlyProblems: true }] });
    await evictDurableObject(feed());
    await announce([
      change(fresh(), { jobs: ['charge-card'] }),
      change(fresh(), { problem: true }),
    ]);
    expect((await client.next('entries')).entries).toMatchObject([{ problem: true }]);
  });

  test('as large as they may be fit beside what is kept with a socket', async () => {
    const client = await connect();
    // Two bytes a character, as structured clones have it.
    const name = '→'.repeat(128);
    await client.subscribe({
      filters: [{ trigger: name, table: name, job: name, kinds: ['cascade', 'growth'] }],
    });
    await announce([change(fresh(), { triggers: [name], tables: [name], jobs: [name] })]);
    expect((await client.next('entries')).entries).toHaveLength(1);
    client.send({
      type: 'subscribe',
      filters: Array.from({ length: 3 }, () => ({ job: name, trigger: name })),
    });
    expect((await client.next('problem')).detail).toMatch(/600 characters/);
  });
});

describe('a client that does not keep up', () => {
  test('gets a sum instead of many', async () => {
    const client = await connect();
    await client.subscribe();
    const many = Array.from({ length: 150 }, () => change(fresh()));
    await announce(many);
    expect(await client.next('summary')).toMatchObject({
      counts: { cascade: 150, growth: 0 },
      newest: [{ traceId: many.at(-1)?.traceId }, {}, {}, {}, {}],
    });
  });

  test('is told nothing while four messages are unacknowledged, then all since; and is closed after a silence', async () => {
    const client = await connect();
    const { seq } = await client.subscribe();
    for (let round = 0; round < 7; round += 1) {
      await announce([change(fresh())]);
      if (round === 3) await evictDurableObject(feed());
    }
    for (let round = 1; round <= 4; round += 1)
      expect((await client.next('entries')).seq).toBe(seq + round);
    expect(client.received).toEqual([]);
    client.send({ type: 'ack', seq: seq + 4 });
    expect(await client.next('entries')).toMatchObject({ after: seq + 4, seq: seq + 7 });

    aheadMs += limits.silenceMs;
    await runDurableObjectAlarm(feed());
    expect(await client.end()).toMatchObject({ code: 4408 });
  });
});

const request = () => new Request('https://live/', { headers: { upgrade: 'websocket' } });

describe('limits', () => {
  test('what cannot be read is told what is wrong, and closed when it goes on', async () => {
    const client = await connect();
    client.send('{"type":"shout"}');
    client.send('not json');
    client.send(JSON.stringify({ type: 'ack', seq: -1 }));
    client.send('x'.repeat(limits.messageLength + 1));
    const details = [];
    for (let times = 0; times < 4; times += 1) details.push((await client.next('problem')).detail);
    expect(details[1]).toBe('This is no JSON.');
    expect(details[3]).toMatch(/2048 characters at most/);
    client.send('[]');
    expect(await client.end()).toMatchObject({ code: 4400 });
  });

  test('too many messages close the connection', async () => {
    const client = await connect();
    await client.subscribe();
    for (let times = 0; times < limits.burst + 5; times += 1) client.send({ type: 'ack', seq: 1 });
    expect(await client.end()).toEqual({
      code: 4429,
      reason: 'Too many messages: at most 10 a second.',
    });
  });

  test('a ping is answered without waking the object', async () => {
    const client = await connect();
    await client.next('hello');
    await evictDurableObject(feed());
    client.send('ping');
    while (!client.raw.includes('pong')) await scheduler.wait(5);
    const stamped = await runInDurableObject(feed(), (_object, state) =>
      state
        .getWebSockets()
        .some((socket) => state.getWebSocketAutoResponseTimestamp(socket) !== null),
    );
    expect(stamped).toBe(true);
  });

  test('a connection lives its time, and is asked to come again', async () => {
    const client = await connect();
    await client.subscribe();
    aheadMs += limits.lifeMs;
    await runDurableObjectAlarm(feed());
    expect(await client.end()).toMatchObject({ code: 4001 });
  });

  test('a connection ends with the token that opened it', async () => {
    const endsAt = new Date(Date.now() + 60_000).toISOString();
    const secret = await makeToken(endsAt);
    const offered = { upgrade: 'websocket', 'sec-websocket-protocol': offer(secret) };
    const { webSocket } = await knock(offered);
    if (!webSocket) throw new Error('no socket');
    const client = new LiveClient(webSocket);
    expect((await client.next('hello')).endsAt).toBe(endsAt);
    aheadMs += 60_000;
    await runDurableObjectAlarm(feed());
    expect(await client.end()).toMatchObject({ code: 4001 });
    expect((await knock(offered)).status).toBe(401);
  });

  test('above the number of connections that it takes, one is closed at once and told why', async () => {
    const own = env.LIVE_FEED.getByName('full');
    const sockets: WebSocket[] = [];
    for (let times = 0; times < limits.connections; times += 1) {
      const { webSocket } = await own.fetch(request());
      webSocket?.accept();
      if (webSocket) sockets.push(webSocket);
    }
    const { webSocket } = await own.fetch(request());
    if (!webSocket) throw new Error('no socket');
    expect(await new LiveClient(webSocket).end()).toMatchObject({ code: 4503 });
    for (const socket of sockets) socket.close(1000);
  });
});
