// A dry run says what the edge then does: held against what it really does with the same request.
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import { circuitId, circuitKey, shardOf } from '../../src/circuits/destination-key.ts';
import type { AttemptRecord } from '../../src/store/record.ts';
import { type Admin, freshAdmin } from './admin.ts';
import { edgeUrl, event, ingestKey, send, sha256 } from './edge.ts';
import { stored } from './stored.ts';

const at = (path: string): string => inject('destinationUrl') + path;

/** What the edge of `send` has for variables. */
const variables = async (): Promise<object> => ({
  INGEST_SOURCE: 'shop',
  INGEST_KEY_SHA256: await sha256(ingestKey),
  ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
  ALLOW_PRIVATE_DESTINATIONS: 'true',
});

const hasuraEvent = (id: string, rowId = 42): object => ({
  id,
  created_at: '2026-11-24T10:00:00.123456Z',
  table: { schema: 'public', name: 'orders' },
  trigger: { name: 'order_paid' },
  event: {
    op: 'UPDATE',
    data: { old: { id: rowId, status: 'new' }, new: { id: rowId, status: 'paid' } },
    session_variables: { 'x-hasura-user-id': '7' },
    trace_context: null,
  },
  delivery_info: { current_retry: 0, max_retries: 3 },
});

// oxlint-disable-next-line typescript/no-explicit-any
async function dryRun({ ask }: Admin, body: object, more: object = {}): Promise<any> {
  const answer = await ask('POST', '/dry-runs', {
    body,
    variables: { ...(await variables()), ...more },
  });
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

async function store({ ask }: Admin, configuration: object): Promise<void> {
  const { etag } = await ask('GET', '/configuration');
  const answer = await ask('PUT', '/configuration', {
    body: { format: 1, ...configuration },
    headers: { 'if-match': etag ?? '' },
    variables: await variables(),
  });
  expect(answer.status, answer.text).toBe(200);
}

/** What destinations really got, by the same names as a dry run has. */
function asPlanned(records: readonly { type: string }[]): object[] {
  const attempts = records.filter(({ type }) => type === 'attempt') as AttemptRecord[];
  return attempts.map(({ delivery, attempt }) => ({
    target: delivery.target,
    job: delivery.job,
    destination: attempt.destination,
    correlationId: delivery.correlationId,
    idempotencyKey: delivery.id,
  }));
}

async function headersAt(path: string): Promise<Record<string, string>> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  const [got]: { headers: Record<string, string> }[] = await (await fetch(url)).json();
  return got?.headers ?? {};
}

/** As five isolates' reports would. */
async function openCircuitOf(destination: string): Promise<void> {
  const key = circuitKey(new URL(destination));
  const events = Array.from({ length: 5 }, () => crypto.randomUUID());
  const tally = {
    delivered: 0,
    refused: 0,
    failures: 5,
    failedEvents: events,
    inARow: events,
    error: 'HTTP 500',
    askedMs: null,
  };
  const id = await circuitId(key);
  await env.CIRCUITS.getByName(shardOf(id)).report({
    paceMs: 1_000,
    destinations: [{ id, destination: key, tally, wantsProbe: false }],
  });
}

async function stateOf(destination: string): Promise<string | undefined> {
  const id = await circuitId(circuitKey(new URL(destination)));
  const known = await env.CIRCUITS.getByName(shardOf(id)).list();
  return known.find((circuit) => circuit.id === id)?.state;
}

describe('a dry run', () => {
  test('tells the IDs and headers that the destination then gets, and sends nothing', async () => {
    const admin = freshAdmin();
    const body = hasuraEvent(crypto.randomUUID());
    const url = edgeUrl('/dry/one');
    const headers = { authorization: 'Bearer s3cret', 'content-type': 'application/json' };
    const planned = await dryRun(admin, { url, headers, body });
    expect(planned).toMatchObject({
      wouldSend: true,
      problem: null,
      event: { source: 'shop', kind: 'hasura', trigger: 'order_paid', rowKey: '42' },
      choice: { route: null, algorithm: 'pass-through', isRollout: null, rotation: null },
      notes: [],
    });
    expect(JSON.stringify(planned)).not.toContain('s3cret');
    expect(await headersAt('/dry/one')).toEqual({});
    const sent = await send(event(url, JSON.stringify(body), headers));
    expect(planned.deliveries).toMatchObject(asPlanned(sent.records));
    const got = await headersAt('/dry/one');
    const told: Record<string, string | null> = planned.deliveries[0].headers;
    expect(told['authorization']).toBeNull();
    const open = Object.entries(told).filter(([, value]) => value !== null);
    expect(got).toMatchObject(Object.fromEntries(open));
    expect(told).toMatchObject({
      traceparent: got['traceparent'],
      'x-throughline-hops': '1',
      'content-type': 'application/json',
    });
  });

  test('tells every delivery of a broadcast', async () => {
    const url = `${edgeUrl('/dry/a', '/dry/b', '/dry/c')}&algorithm=broadcast`;
    const body = hasuraEvent(crypto.randomUUID());
    const planned = await dryRun(freshAdmin(), { url, body });
    const sent = await send(event(url, JSON.stringify(body)));
    const really = asPlanned(sent.records) as { destination: string }[];
    const inOrder = really.toSorted((a, b) => a.destination.localeCompare(b.destination));
    expect(planned.deliveries).toMatchObject(inOrder);
    expect(planned.deliveries).toHaveLength(3);
  });

  test('tells the next turn of a rotation, and takes none', async () => {
    const admin = freshAdmin();
    const name = `dry-${crypto.randomUUID().slice(0, 8)}`;
    const routes = {
      [name]: { algorithm: 'round-robin', destinations: [at('/dry/0'), at('/dry/1')], job: 'dry' },
    };
    await store(admin, { routes });
    await env.ROUND_ROBIN.getByName(`route:${name}`).take(3, 60_000);
    const body = hasuraEvent(crypto.randomUUID());
    for (let time = 0; time < 3; time += 1) {
      const planned = await dryRun(admin, { route: name, body });
      expect(planned).toMatchObject({
        version: 1,
        publishedVersion: 1,
        choice: { route: name, rotation: { name: `route:${name}`, turn: 3 } },
        deliveries: [{ target: name, job: 'dry', destination: at('/dry/1') }],
      });
      expect(planned.deliveries[0].takeOver).toEqual([at('/dry/0')]);
    }
    const request = event(`https://edge.example/r/${name}`, JSON.stringify(body));
    const sent = await send(request, await stored({ routes }));
    expect(sent.response.status).toBe(200);
    expect(asPlanned(sent.records)).toMatchObject([{ destination: at('/dry/1') }]);
    const { rotations } = (await admin.ask('GET', `/rotations/${name}`)).body;
    expect(rotations).toMatchObject([{ nextTurn: 4 }, { nextTurn: 0, clearsAt: null }]);
    const unused = env.ROUND_ROBIN.getByName(`route:${name}:rollout`);
    expect(await runInDurableObject(unused, (_o, state) => [...state.storage.kv.list()])).toEqual(
      [],
    );
  });

  test('tells which side of a rollout a row is on, as it is stored, published or not', async () => {
    const admin = freshAdmin();
    const refusing = { put: () => Promise.reject(new Error('no')) } as unknown as KVNamespace;
    await admin.useKv(refusing);
    const rollout = { percent: 50, destinations: [at('/dry/new')] };
    const routes = { orders: { destinations: [at('/dry/old')], rollout } };
    await store(admin, { routes });
    const sides = new Map<boolean, number>();
    for (let row = 0; row < 40; row += 1) {
      const planned = await dryRun(admin, { route: 'orders', body: hasuraEvent('e', row) });
      const { isRollout } = planned.choice;
      expect(planned).toMatchObject({ version: 1, publishedVersion: 0 });
      expect(planned.deliveries[0].destination).toBe(at(isRollout ? '/dry/new' : '/dry/old'));
      sides.set(isRollout, (sides.get(isRollout) ?? 0) + 1);
    }
    expect([...sides.values()].every((count) => count > 5)).toBe(true);
    expect(sides.size).toBe(2);
  });

  test('says that a stop would keep the event, as the edge then does', async () => {
    const admin = freshAdmin();
    const body = hasuraEvent(crypto.randomUUID());
    const url = edgeUrl('/dry/stopped');
    const free = await dryRun(admin, { url, body });
    expect(free).toMatchObject({ wouldSend: true, stop: null });
    const { traceId } = free.event;
    const stopped = { source: 'shop', trigger: 'order_paid', traceId };
    const who = { name: 'jane', onBehalfOf: null };
    const made = await admin.stub.stop(stopped, who, null);
    if (!made.stopped) throw new Error(made.why);
    const planned = await dryRun(admin, { url, body });
    expect(planned).toMatchObject({
      wouldSend: false,
      problem: null,
      stop: { id: made.stop.id, by: 'jane' },
    });
    expect(planned.deliveries).toHaveLength(1);
    expect(planned.notes.join()).toMatch(/kept/);
    const other = { ...body, trigger: { name: 'order_placed' } };
    expect(await dryRun(admin, { url, body: other })).toMatchObject({ stop: null });
  });

  test('says which circuits are open, and what that changes', async () => {
    const admin = freshAdmin();
    const name = crypto.randomUUID().slice(0, 8);
    const [bad, good] = [at(`/dry/${name}/bad`), at(`/dry/${name}/good`)];
    await openCircuitOf(bad);
    const body = hasuraEvent(crypto.randomUUID());
    const open = { state: 'open', reason: expect.stringMatching(/in a row/) };
    const alone = await dryRun(admin, { url: edgeUrl(`/dry/${name}/bad?x=1`), body });
    expect(alone.deliveries[0].circuit).toMatchObject(open);
    expect(alone.notes.join()).toMatch(/called all the same/);
    const both = edgeUrl(`/dry/${name}/bad`, `/dry/${name}/good`);
    const all = await dryRun(admin, { url: `${both}&algorithm=broadcast`, body });
    expect(all.deliveries).toMatchObject([
      { destination: bad, circuit: open },
      { destination: good, circuit: { state: 'closed', reason: null } },
    ]);
    expect(all.notes).toEqual([expect.stringMatching(/waits in the queue/)]);
    await store(admin, { routes: { orders: { destinations: [bad], fallback: [good] } } });
    const chosen = await dryRun(admin, { route: 'orders', body });
    expect(chosen.notes).toEqual([expect.stringMatching(/passed over/)]);
    // Asked often it lends no probe and counts nothing.
    expect(await stateOf(bad)).toBe('open');
  });

  test('says of a webhook what will be otherwise', async () => {
    const { notes, event: taken } = await dryRun(freshAdmin(), { url: edgeUrl('/dry'), body: {} });
    expect(taken.kind).toBe('webhook');
    expect(notes).toHaveLength(2);
  });

  test('says of a large body that it is streamed, and where it cannot be', async () => {
    const body = { text: 'x'.repeat(5_000) };
    const limits = { MAX_BODY_BYTES: '2000' };
    const streamed = await dryRun(freshAdmin(), { url: edgeUrl('/dry'), body }, limits);
    expect(streamed).toMatchObject({ wouldSend: true, event: { kind: 'webhook' } });
    const url = `${edgeUrl('/dry/a', '/dry/b')}&algorithm=broadcast`;
    const refused = await dryRun(freshAdmin(), { url, body }, limits);
    expect(refused).toMatchObject({ wouldSend: false, problem: { status: 413 } });
  });
});

describe('a dry run says why not, as the sender would be told', () => {
  test.each<[string, () => string]>([
    ['nowhere to go', () => 'https://edge.example/'],
    ['an algorithm nobody knows', () => `${edgeUrl('/dry')}&algorithm=random`],
    ['a destination not allowed', () => '/?destinations=https%3A%2F%2Fother.example%2F'],
    ['two for pass-through', () => edgeUrl('/dry/1', '/dry/2')],
    ['a route nobody has stored', () => 'https://edge.example/r/nowhere'],
    ['a route and destinations', () => `/r/nowhere?destinations=https%3A%2F%2Fother.example%2F`],
    ['a URL too long', () => `${edgeUrl('/dry')}&x=${'y'.repeat(20_000)}`],
  ])('for %s', async (_what, url) => {
    const planned = await dryRun(freshAdmin(), { url: url(), body: {} });
    const asked = new URL(url(), 'https://edge.example');
    const { response, text } = await send(event(asked.href, '{}'), await stored({}));
    expect(planned).toMatchObject({ wouldSend: false, deliveries: [] });
    expect(planned.problem).toEqual(JSON.parse(text));
    expect(planned.problem.status).toBe(response.status);
  });

  test('for a key beyond its scope, expired, or unknown', async () => {
    const admin = freshAdmin();
    const key = { source: 'shop', createdAt: '2026-11-01T00:00:00Z' };
    const routes = { orders: { destinations: [at('/dry')] } };
    const scoped = { ...key, sha256: 'ab'.repeat(32), routes: [], destinations: [] };
    const over = { ...key, sha256: 'cd'.repeat(32), expiresAt: '2026-11-02T00:00:00Z' };
    await store(admin, { routes, keys: { scoped, over } });
    const reason = async (body: object): Promise<string> =>
      (await dryRun(admin, body)).problem.type.replace('urn:throughline:problem:', '');
    expect(await reason({ route: 'orders', keyId: 'scoped' })).toBe('key_scope');
    expect(await reason({ url: edgeUrl('/dry'), keyId: 'scoped' })).toBe('key_scope');
    expect(await reason({ route: 'orders', keyId: 'over' })).toBe('key_expired');
    expect(await reason({ route: 'orders', keyId: 'nobody' })).toBe('key_unknown');
  });

  test('for a signature whose secret is missing; one that is there is only named', async () => {
    const admin = freshAdmin();
    const signature = { scheme: 'github', secretFrom: 'SHOP_SECRET' };
    await store(admin, { routes: { orders: { destinations: [at('/dry')], signature } } });
    const without = await dryRun(admin, { route: 'orders', body: {} });
    expect(without.problem.type).toMatch(/signature_secret_missing/);
    const withSecret = await dryRun(
      admin,
      { route: 'orders', body: {} },
      { SHOP_SECRET: 'secret' },
    );
    expect(withSecret).toMatchObject({ wouldSend: true, requiredSignature: 'github' });
    expect(JSON.stringify(withSecret)).not.toContain('"secret"');
  });
});

test.each([
  [{}],
  [{ url: '/', route: 'orders' }],
  [{ url: '/', method: 'GET /' }],
  [{ url: '/', headers: { 'x y': '1' } }],
  [{ url: '/', headers: { x: 'a\r\nb: c' } }],
])('a dry run of %j is no request', async (body) => {
  expect((await freshAdmin().ask('POST', '/dry-runs', { body })).status).toBe(400);
});
