// How the stored configuration gets to KV: in order, again when KV refuses, and whatever the object dies of.
import {
  abortAllDurableObjects,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { healthViewSchema } from '../../src/api/views.ts';
import { snapshotKey, snapshotSchema } from '../../src/config/configuration.ts';
import { type Admin, type Answer, freshAdmin, recordingKv, routeTo, withRoutes } from './admin.ts';
import { kv as kvThat } from './stored.ts';

const alarmOf = ({ stub }: Admin): Promise<number | null> =>
  runInDurableObject(stub, (_instance, state) => state.storage.getAlarm());

const refusing = {
  put: () => Promise.reject(new Error('KV PUT failed: 429 Too Many Requests')),
} as unknown as KVNamespace;

describe('a change', () => {
  test('is in KV when its answer comes, as the edge reads it', async () => {
    const { put } = freshAdmin();
    await put(withRoutes({ orders: routeTo('/orders') }));
    const snapshot = snapshotSchema.parse(await env.SNAPSHOT.get(snapshotKey, 'json'));
    expect(snapshot).toMatchObject({ v: 1, version: 1 });
    expect(snapshot.configuration.routes['orders']?.destinations).toHaveLength(1);
  });

  test('stands though KV refuses it, says so, and is published by the alarm however often that takes', async () => {
    const admin = freshAdmin();
    await admin.useKv(refusing);
    const { status, body } = await admin.put(withRoutes({ orders: routeTo('/orders') }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ version: 1, published: { version: 0, at: null } });
    expect(body.published.error).toMatch(/429/);
    const health = async (): Promise<object> =>
      (await admin.ask('GET', '/api/health')).body.configuration;
    expect(await health()).toMatchObject({ state: 'behind', version: 1, publishedVersion: 0 });
    for (let refusals = 0; refusals < 7; refusals += 1) {
      expect(await runDurableObjectAlarm(admin.stub)).toBe(true);
      expect(await alarmOf(admin)).toEqual(expect.any(Number));
    }
    const { kv, taken } = recordingKv();
    await admin.useKv(kv);
    await runDurableObjectAlarm(admin.stub);
    expect(taken.map(({ version }) => version)).toEqual([1]);
    const { body: now } = await admin.ask('GET', '/configuration');
    expect(now.published).toMatchObject({ version: 1, error: null });
    expect(await health()).toEqual({ state: 'ok', version: 1, publishedVersion: 1 });
  });

  test('is published though the object dies between storing and publishing', async () => {
    const admin = freshAdmin();
    // A write that is under way for ever: what the object has stored by then is all that is left of it.
    const hanging = { put: () => new Promise<void>(() => undefined) } as unknown as KVNamespace;
    await admin.useKv(hanging);
    const lost = admin.put(withRoutes({ orders: routeTo('/orders') })).catch(() => null);
    await expect.poll(async () => (await admin.ask('GET', '/configuration')).body.version).toBe(1);
    await abortAllDurableObjects();
    await lost;
    const again: Admin = { ...admin, stub: env.ADMIN_CONFIG.get(admin.stub.id) };
    expect(await alarmOf(again)).toEqual(expect.any(Number));
    expect(await runDurableObjectAlarm(again.stub)).toBe(true);
    const snapshot = snapshotSchema.parse(await env.SNAPSHOT.get(snapshotKey, 'json'));
    expect(Object.keys(snapshot.configuration.routes)).toEqual(['orders']);
  });

  test('never has an older one published after it, and KV is written to one at a time', async () => {
    const admin = freshAdmin();
    const taken: number[] = [];
    let open = 0;
    let most = 0;
    const gate = { isOpen: false };
    const slow = {
      put: async (_key: string, value: string) => {
        open += 1;
        most = Math.max(most, open);
        // The first hangs until every other change is stored.
        while (!gate.isOpen) await scheduler.wait(5);
        taken.push(JSON.parse(value).version);
        open -= 1;
      },
    } as unknown as KVNamespace;
    await admin.useKv(slow);
    const change = async (path: string): Promise<Answer> => {
      for (;;) {
        const answer = await admin.put(withRoutes({ [path.slice(1)]: routeTo(path) }));
        if (answer.status === 200) return answer;
      }
    };
    const first = change('/a');
    await expect.poll(() => open).toBe(1);
    const others = ['/b', '/c', '/d'].map(change);
    await expect.poll(async () => (await admin.ask('GET', '/configuration')).body.version).toBe(4);
    gate.isOpen = true;
    const answers = await Promise.all([first, ...others]);
    expect(taken).toEqual([1, 4]);
    expect(most).toBe(1);
    expect(answers.every(({ body }) => body.published.version === 4)).toBe(true);
  });

  test('is published once more a minute later, and then every few hours', async () => {
    const admin = freshAdmin();
    const { kv, taken } = recordingKv();
    await admin.useKv(kv);
    await admin.put(withRoutes({ orders: routeTo('/orders') }));
    const inMs = async (): Promise<number> => ((await alarmOf(admin)) ?? 0) - Date.now();
    expect(await inMs()).toBeLessThanOrEqual(60_000);
    await runDurableObjectAlarm(admin.stub);
    expect(taken.map(({ version }) => version)).toEqual([1, 1]);
    expect(await inMs()).toBeGreaterThan(3_600_000);
    expect(await inMs()).toBeLessThan(86_400_000 / 2);
    await evictDurableObject(admin.stub);
    expect(await runDurableObjectAlarm(admin.stub)).toBe(true);
  });

  test('of a newer Throughline is not published by half', async () => {
    const admin = freshAdmin();
    await admin.put(withRoutes({ orders: routeTo('/orders') }));
    await runInDurableObject(admin.stub, (_instance, state) => {
      state.storage.sql.exec(
        `INSERT INTO versions VALUES (2, '2026-11-25T00:00:00.000Z', 'x', NULL, 'x', NULL, '', ?)`,
        JSON.stringify({ format: 1, routes: {}, weights: { orders: 3 } }),
      );
    });
    const { kv, taken } = recordingKv();
    await admin.useKv(kv);
    await runDurableObjectAlarm(admin.stub);
    expect(taken).toEqual([]);
    const answer = await admin.ask('GET', '/configuration');
    expect([answer.status, answer.body.type]).toEqual([
      409,
      'urn:throughline:problem:configuration_unreadable',
    ]);
  });
});

test('an object out of reach is a 503 that says what goes on', async () => {
  const { ask } = freshAdmin();
  const ADMIN_CONFIG = {
    getByName: () => ({ current: () => Promise.reject(new Error('internal error; reference=1')) }),
  };
  const { status, body, headers } = await ask('GET', '/configuration', {
    variables: { ADMIN_CONFIG },
  });
  expect([status, headers.get('retry-after')]).toEqual([503, '5']);
  expect(JSON.stringify(body)).not.toContain('reference');
});

const edgeHealth = async (read: () => Promise<string | null>): Promise<object> => {
  const admin = freshAdmin();
  Object.assign(admin.bindings, kvThat(read));
  const { status, body } = await admin.ask('GET', '/api/health');
  expect(status).toBe(200);
  return healthViewSchema.parse(body).edge;
};
const published = (agoMs: number): string =>
  JSON.stringify({
    v: 1,
    version: 7,
    publishedAt: new Date(Date.now() - agoMs).toISOString(),
    configuration: { format: 1 },
  });

describe('what the edge works by', () => {
  test('is told by health with its age', async () => {
    const edge = await edgeHealth(async () => published(3_600_000));
    expect(edge).toMatchObject({ state: 'ok', version: 7, publishedAt: expect.any(String) });
    expect(edge).toHaveProperty('ageSeconds', expect.closeTo(3_600, -2));
    expect(edge).not.toHaveProperty('detail');
    expect(await edgeHealth(async () => null)).toEqual({
      state: 'ok',
      version: 0,
      publishedAt: null,
      ageSeconds: null,
    });
  });

  test('is degraded where it was published more than a day ago, or cannot be read', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await edgeHealth(async () => published(86_400_000 + 60_000))).toMatchObject({
      state: 'degraded',
      version: 7,
      detail: expect.stringMatching(/version 7, which was published more than a day ago/),
    });
    expect(await edgeHealth(() => Promise.reject(new Error('KV is not here.')))).toEqual({
      state: 'degraded',
      version: 0,
      publishedAt: null,
      ageSeconds: null,
      detail: expect.stringMatching(/KV is not here.*variables alone/),
    });
    vi.restoreAllMocks();
  });
});
