// The published configuration in one isolate: in virtual time, with KV that is slow, hangs, fails and holds garbage.
import { describe, expect, test } from 'vitest';
import { emptyConfiguration } from '../../../src/config/configuration.ts';
import { SharedSnapshot } from '../../../src/config/shared-snapshot.ts';
import { VirtualTime } from '../recorder/virtual-time.ts';

function published(version: number, atMs = version * 1_000, form: unknown = 1): string {
  const publishedAt = new Date(atMs).toISOString();
  return JSON.stringify({ v: form, version, publishedAt, configuration: emptyConfiguration });
}

/** An isolate whose KV answers as `kv.read` says at that time. */
function isolate(read: () => Promise<string | null>) {
  const time = new VirtualTime();
  const snapshot = new SharedSnapshot();
  const kv = { read, reads: 0 };
  const reports: { message: string; error: unknown }[] = [];
  const background: Promise<unknown>[] = [];
  const ask = async (): Promise<number | null> => {
    const stored = await snapshot.current({
      read: () => {
        kv.reads += 1;
        return kv.read();
      },
      now: time.now,
      wait: time.wait,
      waitUntil: (work) => background.push(work),
      report: (message, { error }) => reports.push({ message, error }),
    });
    return stored?.version ?? null;
  };
  /** What a request gets, and how long it waits for it. */
  const request = async (): Promise<{ version: number | null; waitedMs: number }> => {
    const began = time.now();
    return { version: await ask(), waitedMs: time.now() - began };
  };
  return {
    kv,
    reports,
    snapshot,
    time,
    request: () => time.run(request()),
    all: (count: number) => time.run(Promise.all(Array.from({ length: count }, request))),
    sleep: (ms: number) => time.run(time.wait(ms)),
    /** Lets what goes on in the background end. */
    settle: () => time.run(Promise.all(background)),
  };
}

const hang = (): Promise<never> => new Promise(() => undefined);
const fail = (): Promise<never> => Promise.reject(new Error('KV is not here'));

describe('a fresh isolate', () => {
  test('reads once for all who came at the same time', async () => {
    const { all, kv, time } = isolate(async () => {
      await time.wait(40);
      return published(3);
    });
    const got = await all(50);
    expect(new Set(got.map(({ version }) => version))).toEqual(new Set([3]));
    expect(Math.max(...got.map(({ waitedMs }) => waitedMs))).toBeLessThanOrEqual(50);
    expect(kv.reads).toBe(1);
  });

  test('knows that nothing has been stored yet', async () => {
    const { request, reports } = isolate(async () => null);
    expect([await request(), reports]).toEqual([{ version: 0, waitedMs: 0 }, []]);
  });

  test('waits half a second for KV that hangs, and nobody after that', async () => {
    const { all, request, snapshot, settle } = isolate(hang);
    expect((await all(20)).every(({ waitedMs }) => waitedMs === 500)).toBe(true);
    expect(await request()).toEqual({ version: null, waitedMs: 0 });
    await settle();
    expect(snapshot.failure).toMatch(/within 5000 ms/);
    expect(await request()).toEqual({ version: null, waitedMs: 0 });
  });

  test('takes what a slow KV gives in the end', async () => {
    const { request, settle, time } = isolate(async () => {
      await time.wait(3_000);
      return published(2);
    });
    expect(await request()).toEqual({ version: null, waitedMs: 500 });
    await settle();
    expect(await request()).toEqual({ version: 2, waitedMs: 0 });
  });

  test('works on from variables while KV fails, says so once a minute, and takes what comes', async () => {
    const { kv, request, reports, settle, sleep } = isolate(fail);
    for (let second = 0; second < 60; second += 1) {
      expect(await request()).toEqual({ version: null, waitedMs: 0 });
      await sleep(1_000);
    }
    expect(reports).toMatchObject([{ error: 'KV is not here' }]);
    expect(kv.reads).toBeLessThanOrEqual(12);
    kv.read = async () => published(1);
    await sleep(5_000);
    await request();
    await settle();
    expect(await request()).toEqual({ version: 1, waitedMs: 0 });
  });
});

describe('a warm isolate', () => {
  test('looks for news in the background, without anybody waiting', async () => {
    const { kv, request, settle, sleep } = isolate(async () => published(1));
    await request();
    kv.read = async () => published(2);
    await sleep(9_000);
    expect([await request(), kv.reads]).toEqual([{ version: 1, waitedMs: 0 }, 1]);
    await sleep(2_000);
    expect(await request()).toEqual({ version: 1, waitedMs: 0 });
    await settle();
    expect(await request()).toEqual({ version: 2, waitedMs: 0 });
  });

  test('waits for news when what it has is too old to tell a revoked key', async () => {
    const { kv, request, sleep, time } = isolate(async () => published(1));
    await request();
    kv.read = async () => {
      await time.wait(300);
      return published(2);
    };
    await sleep(25_000);
    const got = await request();
    expect(got.version).toBe(2);
    expect(got.waitedMs).toBeLessThanOrEqual(310);
  });

  test('refuses a revoked key within 120 s, whenever requests come', async () => {
    // A write is seen after 60 s at the latest, and KV's own cache gives the old copy for 30 s after that.
    const seenAfterMs = 90_000;
    for (let everyMs = 250; everyMs <= 120_000; everyMs += 1_250) {
      const { request, sleep, time } = isolate(async () => {
        await time.wait(50);
        return time.now() < seenAfterMs ? published(1) : published(2);
      });
      let letThroughAtMs = 0;
      while ((await request()).version === 1) {
        letThroughAtMs = time.now();
        await sleep(everyMs);
      }
      expect(letThroughAtMs).toBeLessThan(120_000);
    }
  });

  test.each([
    ['fails', fail, /KV is not here/],
    ['hangs', hang, /within 5000 ms/],
    ['holds garbage', async () => '{"v":1,', /no JSON/],
    ['holds something else', async () => '{"v":1,"version":2}', /no configuration/],
    ['holds a newer form', async () => published(9, 9_000, 2), /form 2: deploy a newer Worker/],
    ['has lost its key', async () => null, /gone from the KV namespace/],
  ])('serves on with the last known version while KV %s', async (_what, read, why) => {
    const { kv, request, reports, settle, sleep } = isolate(async () => published(4));
    await request();
    kv.read = read;
    await sleep(600_000);
    const first = await request();
    expect(first.version).toBe(4);
    expect(first.waitedMs).toBeLessThanOrEqual(2_000);
    await settle();
    await sleep(60_000);
    expect(await request()).toEqual({ version: 4, waitedMs: 0 });
    expect(String(reports[0]?.error)).toMatch(why);
    kv.read = async () => published(5);
    await sleep(60_000);
    await request();
    await settle();
    expect(await request()).toMatchObject({ version: 5 });
  });

  test('never goes back to an older copy that KV still gives', async () => {
    const { kv, request, sleep } = isolate(async () => published(7));
    await request();
    kv.read = async () => published(6);
    await sleep(30_000);
    expect(await request()).toMatchObject({ version: 7 });
  });

  test('raises an alarm, once an hour, for what was published more than a day ago', async () => {
    const { request, reports, sleep } = isolate(async () => published(1, 0));
    await sleep(86_400_000);
    await request();
    expect(reports).toEqual([]);
    for (let minute = 0; minute < 90; minute += 1) {
      await sleep(60_000);
      await request();
    }
    expect(reports.map(({ message }) => message)).toEqual([
      expect.stringMatching(/more than a day ago/),
      expect.stringMatching(/more than a day ago/),
    ]);
  });
});
