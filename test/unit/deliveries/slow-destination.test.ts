// A destination that takes thirteen minutes, with a real socket and a clock that is moved by hand.
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { attemptPending } from '../../../src/deliveries/attempt-pending.ts';
import type { AttemptEnd } from '../../../src/deliveries/attempt-end.ts';
import type { AttemptRecord } from '../../../src/store/record.ts';
import { allClosed, samplePending } from './samples.ts';

/** Timers of minutes are moved by hand; the runtime's own shorter ones, of its sockets, go by the real clock. */
const leastLongMs = 301_000;
const long = new Map<NodeJS.Timeout, { ring: () => void; atMs: number }>();

/** Lets so much time be over at once. */
function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
  for (const [timer, { ring, atMs }] of long) {
    if (atMs > Date.now()) continue;
    long.delete(timer);
    ring();
  }
}

let server: Server;
let destination: string;
/** The request that the destination is at work on. */
let arrived: Promise<ServerResponse>;

beforeEach(async () => {
  const begun = Promise.withResolvers<ServerResponse>();
  arrived = begun.promise;
  server = createServer((_request, response) => begun.resolve(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  destination = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/slow`;
  vi.useFakeTimers({ toFake: ['Date'] });
  long.clear();
  const { setTimeout: real } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((ring: () => void, ms = 0) => {
    if (ms < leastLongMs) return real(ring, ms);
    const timer = real(() => undefined, 0);
    long.set(timer, { ring, atMs: Date.now() + ms });
    return timer;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** @param configuredMs what its configuration gives it */
function attemptSlow(configuredMs: number): {
  ending: Promise<{ end: AttemptEnd }>;
  records: AttemptRecord[];
} {
  const records: AttemptRecord[] = [];
  const ending = attemptPending(samplePending({ destination }), {
    recorder: {
      attempt: (record) => {
        records.push(record);
        return Promise.resolve();
      },
    },
    timeoutOf: () => configuredMs,
    worksInBackground: () => false,
    signingSecrets: [],
    circuits: allClosed,
    now: () => Date.now(),
  });
  return { ending, records };
}

const minuteMs = 60_000;

describe('a destination known to be slow', () => {
  test('is waited for until 13 minutes are almost over, and was shown as running', async () => {
    const { ending, records } = attemptSlow(15 * minuteMs);
    const response = await arrived;
    pass(13 * minuteMs - 1);
    expect(records.map(({ attempt }) => attempt.outcome)).toEqual(['running']);
    expect(long.size).toBe(1);
    response.end('done at last');
    const { end } = await ending;
    expect(end).toMatchObject({ outcome: 'delivered', status: 200, answer: 'done at last' });
    const { startedAt, endedAt } = records.at(-1)?.attempt ?? {};
    const tookMs = Date.parse(endedAt ?? '') - Date.parse(startedAt ?? '');
    expect(tookMs).toBeGreaterThanOrEqual(13 * minuteMs - 1);
  });

  test('is given up at 13 minutes, whatever is configured: its consumer has 15 in all', async () => {
    const { ending, records } = attemptSlow(15 * minuteMs);
    const response = await arrived;
    const gone = new Promise((resolve) => response.once('close', resolve));
    pass(13 * minuteMs);
    const { end } = await ending;
    expect(end).toMatchObject({ outcome: 'timed_out', error: 'No answer within 780000 ms.' });
    expect(records.at(-1)?.attempt.outcome).toBe('timed_out');
    // The connection is given back: the destination sees that nobody waits.
    await gone;
  });

  test('is given up earlier where its configuration says so', async () => {
    const { ending } = attemptSlow(6 * minuteMs);
    await arrived;
    pass(6 * minuteMs);
    expect((await ending).end).toMatchObject({ error: 'No answer within 360000 ms.' });
  });
});
