import { describe, expect, it } from 'vitest';
import type { OfflineReason } from '../../../src/logs/log-source.ts';
import {
  createLogs,
  type Logs,
  type LogsAsk,
  type LogsCache,
  LogsState,
} from '../../../src/logs/logs.ts';
import { SampleSource } from './sample-source.ts';

const startMs = 1_764_000_000_000;
const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n;

/** One isolate, a clock that is set by hand, and a cache that several isolates may share. */
class Isolate {
  nowMs = startMs + 60_000;
  readonly source: SampleSource;
  readonly logs: Logs;

  constructor(source = new SampleSource(), cache: LogsCache | null = null) {
    this.source = source;
    this.logs = createLogs(source, new LogsState(), {
      now: () => this.nowMs,
      wait: () => new Promise(() => {}),
      waitUntil: () => {},
      cache,
    });
  }

  read(given: Partial<LogsAsk> = {}) {
    return this.logs.read({
      subject: 'hop 1',
      targets: [{ correlationId: 'a', fromNs: ns(startMs), toNs: ns(startMs + 31_000) }],
      endedAtMs: startMs + 1_000,
      cursor: null,
      first: 'newest',
      limit: 1_000,
      tryNow: false,
      ...given,
    });
  }
}

const sourceWithLine = (): SampleSource => {
  const source = new SampleSource();
  source.lines = [{ id: 'l1', atNs: ns(startMs + 500), of: 'a' }];
  return source;
};

describe('a finished hop', () => {
  it('is asked for once by twenty people who open it at the same time', async () => {
    const isolate = new Isolate(sourceWithLine());
    const letGo = isolate.source.hold();
    const answers = Array.from({ length: 20 }, () => isolate.read());
    letGo();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ state: 'ok', lines: [{ id: 'l1' }] });
    }
    expect(isolate.source.asked).toHaveLength(1);
  });

  it('is asked for once by twenty people who open it one after the other, and by another isolate', async () => {
    const kept = new Map<string, string>();
    const cache: LogsCache = {
      get: (key) => Promise.resolve(kept.get(key) ?? null),
      put: (key, text) => Promise.resolve(void kept.set(key, text)),
    };
    const source = sourceWithLine();
    const [one, other] = [new Isolate(source, cache), new Isolate(source, cache)];
    for (let person = 0; person < 10; person += 1) await one.read();
    for (let person = 0; person < 10; person += 1) {
      expect(await other.read()).toMatchObject({
        state: 'ok',
        lines: [{ id: 'l1' }],
        keptAt: new Date(one.nowMs).toISOString(),
      });
    }
    expect(source.asked).toHaveLength(1);
  });

  it('is asked for again soon where it ended just now, and never where it has been over for long', async () => {
    const isolate = new Isolate(sourceWithLine());
    await isolate.read();
    isolate.nowMs += 20_000;
    await isolate.read();
    expect(isolate.source.asked).toHaveLength(2);
    isolate.nowMs += 86_400_000;
    await isolate.read();
    isolate.nowMs += 86_400_000;
    await isolate.read();
    expect(isolate.source.asked).toHaveLength(3);
  });

  it('that nobody has seen log anything is asked for again within half a minute', async () => {
    const isolate = new Isolate();
    isolate.nowMs += 86_400_000;
    await isolate.read();
    isolate.nowMs += 31_000;
    await isolate.read();
    expect(isolate.source.asked).toHaveLength(2);
  });

  it('is another one with other IDs, another page, another limit', async () => {
    const isolate = new Isolate(sourceWithLine());
    await isolate.read();
    await isolate.read({ subject: 'hop 2' });
    await isolate.read({ limit: 5 });
    await isolate.read({ first: 'oldest' });
    await isolate.read({ cursor: { towards: 'newer', atNs: ns(startMs), known: [] } });
    expect(isolate.source.asked).toHaveLength(5);
  });
});

describe('a running hop', () => {
  it('is read anew each time it is looked at, and shared by those who look at once', async () => {
    const isolate = new Isolate(sourceWithLine());
    await Promise.all([isolate.read({ endedAtMs: null }), isolate.read({ endedAtMs: null })]);
    isolate.nowMs += 2_000;
    await isolate.read({ endedAtMs: null });
    expect(isolate.source.asked).toHaveLength(2);
  });

  it('waits for nobody whose question has vanished', async () => {
    const source = sourceWithLine();
    const state = new LogsState();
    const deps = { now: () => startMs, waitUntil: () => {}, cache: null };
    const ask: LogsAsk = {
      subject: 'hop 1',
      targets: [{ correlationId: 'a', fromNs: ns(startMs), toNs: ns(startMs + 1_000) }],
      endedAtMs: null,
      cursor: null,
      first: 'newest',
      limit: 10,
      tryNow: false,
    };
    const letGo = source.hold();
    const vanished = createLogs(source, state, { ...deps, wait: () => Promise.resolve() }).read(
      ask,
    );
    const other = createLogs(source, state, { ...deps, wait: () => Promise.resolve() }).read(ask);
    await Promise.resolve();
    letGo();
    expect(await other).toMatchObject({ state: 'ok' });
    expect(await vanished).toMatchObject({ state: 'ok' });
  });
});

const fail = (isolate: Isolate, reason: OfflineReason = 'timed_out', retryAfterMs?: number) => {
  isolate.source.failure = { reason, detail: 'away', ...(retryAfterMs ? { retryAfterMs } : {}) };
};

describe('a source that is away', () => {
  it('is said to be away, since when, how often it was tried, and when it is tried again', async () => {
    const isolate = new Isolate(sourceWithLine());
    fail(isolate);
    const since = new Date(isolate.nowMs).toISOString();
    expect(await isolate.read()).toMatchObject({ state: 'offline', tries: 1, since, kept: null });
    isolate.nowMs += 1_000;
    expect(await isolate.read({ subject: 'hop 2' })).toMatchObject({
      state: 'offline',
      reason: 'timed_out',
      tries: 2,
      since,
      nextTryAt: new Date(isolate.nowMs + 5_000).toISOString(),
    });
  });

  it('is left alone meanwhile: 5, 15, 30, then 60 s, and one asks for all', async () => {
    const isolate = new Isolate(sourceWithLine());
    fail(isolate);
    await isolate.read();
    await isolate.read();
    for (const waitMs of [5_000, 15_000, 30_000, 60_000, 60_000]) {
      const before = isolate.source.asked.length;
      isolate.nowMs += waitMs - 1;
      const early = await Promise.all([isolate.read(), isolate.read({ subject: 'hop 2' })]);
      expect(early).toMatchObject([{ state: 'offline' }, { state: 'offline' }]);
      expect(isolate.source.asked).toHaveLength(before);
      isolate.nowMs += 1;
      await Promise.all(['hop 1', 'hop 2', 'hop 3'].map((subject) => isolate.read({ subject })));
      expect(isolate.source.asked).toHaveLength(before + 1);
    }
  });

  it('is asked when somebody wants to know now, and is well again at once', async () => {
    const isolate = new Isolate(sourceWithLine());
    fail(isolate);
    await isolate.read();
    await isolate.read();
    isolate.source.failure = null;
    isolate.nowMs += 1_000;
    expect(await isolate.read()).toMatchObject({ state: 'offline' });
    expect(await isolate.read({ tryNow: true })).toMatchObject({ state: 'ok' });
    expect(await isolate.read({ subject: 'hop 2' })).toMatchObject({ state: 'ok' });
  });

  it('is not hammered by impatience', async () => {
    const isolate = new Isolate(sourceWithLine());
    fail(isolate);
    await isolate.read();
    await isolate.read();
    for (let press = 0; press < 20; press += 1) await isolate.read({ tryNow: true });
    expect(isolate.source.asked).toHaveLength(2);
  });

  it('is left alone for as long as it asks for', async () => {
    const isolate = new Isolate(sourceWithLine());
    fail(isolate, 'too_many_requests', 40_000);
    await isolate.read();
    isolate.nowMs += 39_000;
    await isolate.read();
    expect(isolate.source.asked).toHaveLength(1);
    isolate.nowMs += 1_000;
    await isolate.read();
    expect(isolate.source.asked).toHaveLength(2);
  });

  it('leaves what was read before, with its time, whoever asks', async () => {
    const isolate = new Isolate(sourceWithLine());
    const readAt = new Date(isolate.nowMs).toISOString();
    await isolate.read({ endedAtMs: null });
    fail(isolate);
    isolate.nowMs += 10_000;
    expect(await isolate.read({ endedAtMs: null })).toMatchObject({
      state: 'offline',
      kept: { keptAt: readAt, lines: [{ id: 'l1' }] },
    });
  });

  it('does not hide a finished hop that was read before', async () => {
    const isolate = new Isolate(sourceWithLine());
    isolate.nowMs += 3_600_000;
    await isolate.read();
    fail(isolate);
    await isolate.read({ subject: 'hop 2' });
    await isolate.read({ subject: 'hop 2' });
    expect(await isolate.read()).toMatchObject({
      state: 'ok',
      keptAt: new Date(isolate.nowMs).toISOString(),
    });
  });

  it('is another matter than a query that it refuses', async () => {
    const isolate = new Isolate(sourceWithLine());
    fail(isolate, 'query_refused');
    await isolate.read();
    await isolate.read({ subject: 'hop 2' });
    isolate.source.failure = null;
    expect(await isolate.read({ subject: 'hop 3' })).toMatchObject({ state: 'ok' });
  });
});

it('asks nobody where there is no ID to ask for', async () => {
  const isolate = new Isolate();
  expect(await isolate.read({ targets: [] })).toMatchObject({ state: 'ok', lines: [], query: '' });
  expect(isolate.source.asked).toHaveLength(0);
});
