// What isolates know of each other's destinations, and when: many isolates' states against one board in virtual time.
import { describe, expect, test } from 'vitest';
import { rules } from '../../../src/circuits/circuit.ts';
import { CircuitBoard } from '../../../src/circuits/circuit-board.ts';
import { Isolate } from '../../support/isolate.ts';

const job = new URL('https://jobs.example/send-mail?token=secret');
const otherJob = new URL('https://jobs.example/other');

function world(isolates: number) {
  const clock = { nowMs: Date.UTC(2026, 10, 25, 12) };
  const board = new CircuitBoard();
  const all = Array.from(
    { length: isolates },
    () => new Isolate(clock, (_shard, report) => board.report(report, clock.nowMs).answer),
  );
  return {
    clock,
    board,
    all,
    /** Passes time step by step; `traffic` is what happens in each. */
    pass: async (ms: number, traffic: () => void = () => undefined): Promise<void> => {
      for (const end = clock.nowMs + ms; clock.nowMs < end;) {
        clock.nowMs += Math.min(100, end - clock.nowMs);
        traffic();
        for (const isolate of all) await isolate.settle();
      }
    },
  };
}

function two() {
  const made = world(2);
  const [one, other] = made.all as [Isolate, Isolate];
  return { ...made, one, other };
}

/** Opened by one isolate, known to both. */
async function opened() {
  const made = two();
  made.one.fail(job, 5);
  await made.pass(2_000, () => made.other.attempt(job));
  return made;
}

describe('an isolate that has had no failure', () => {
  test('learns of an open circuit within two seconds, from its own traffic', async () => {
    const { one, other, clock, pass } = two();
    await pass(1_000, () => [one, other].forEach((isolate) => isolate.attempt(job)));
    one.fail(job, 20);
    const failedAt = clock.nowMs;
    let knownAt = 0;
    await pass(3_000, () => {
      if (knownAt === 0 && !other.admits(job)) knownAt = clock.nowMs;
    });
    expect(knownAt - failedAt).toBeGreaterThan(0);
    expect(knownAt - failedAt).toBeLessThanOrEqual(2_000);
    expect(other.admits(otherJob)).toBe(true);
  });

  test('reports about once a second at most, however many requests it has', async () => {
    const { one, pass } = two();
    await pass(10_000, () => {
      for (let request = 0; request < 100; request += 1) one.attempt(job);
    });
    expect(one.calls.length).toBeLessThanOrEqual(14);
  });

  test('says no more of a destination that never fails than that it is used', async () => {
    const { one, board, pass, clock } = two();
    await pass(2_000, () => one.attempt(job));
    expect(board.list(clock.nowMs)).toEqual([]);
  });
});

describe('a burst of failures', () => {
  test('is reported though no other request comes', async () => {
    const { one, board, pass, clock } = two();
    one.attempt(job);
    one.fail(job, 5);
    await pass(1_000);
    expect(board.list(clock.nowMs).map(({ state, destination }) => [state, destination])).toEqual([
      ['open', 'https://jobs.example/send-mail'],
    ]);
  });

  test('is reported by a later request where the one that promised it is gone', async () => {
    const { one, board, pass, clock } = two();
    one.attempt(job);
    await one.settle();
    one.fail(job, 5);
    one.cutOff();
    await pass(2_000);
    expect(board.list(clock.nowMs)).toEqual([]);
    one.attempt(otherJob);
    await pass(50);
    expect(board.list(clock.nowMs)).toHaveLength(1);
  });
});

describe('the probe', () => {
  test('is held by one isolate, and lets both in when it arrives', async () => {
    const { one, other, pass } = await opened();
    expect([one.admits(job), other.admits(job)]).toEqual([false, false]);
    const probes: Isolate[] = [];
    await pass(rules.firstOpenMs + 2_000, () => {
      for (const isolate of [one, other]) if (isolate.admits(job)) probes.push(isolate);
    });
    expect(probes).toHaveLength(1);
    probes[0]?.attempt(job);
    await pass(2_000, () => [one, other].forEach((isolate) => isolate.admits(otherJob)));
    await pass(1_000, () => [one, other].forEach((isolate) => isolate.admits(job)));
    expect([one.admits(job), other.admits(job)]).toEqual([true, true]);
  });

  test('that fails keeps all out for longer', async () => {
    const { one, other, pass, board, clock } = await opened();
    let probed = 0;
    await pass(rules.firstOpenMs + 2_000, () => {
      for (const isolate of [one, other]) {
        if (!isolate.admits(job)) continue;
        probed += 1;
        isolate.fail(job, 1);
      }
    });
    const [circuit] = board.list(clock.nowMs);
    expect([probed, circuit?.state]).toEqual([1, 'open']);
    expect(circuit?.reason).toContain('A probe failed at');
  });

  test('of an isolate that has died goes to another when its time is over', async () => {
    const { one, other, pass } = await opened();
    let holder: Isolate | null = null;
    await pass(rules.firstOpenMs + 2_000, () => {
      for (const isolate of [one, other]) if (isolate.admits(job)) holder ??= isolate;
    });
    const left = holder === one ? other : one;
    let took = 0;
    await pass(rules.probeMs + 1_000, () => {
      if (left.admits(job)) took += 1;
    });
    expect([holder === null, took]).toEqual([false, 1]);
  });
});

describe('what began before the circuit opened', () => {
  test('says nothing about it afterwards', async () => {
    const { one, board, pass, clock } = two();
    const ends = Array.from({ length: 10 }, () => one.shared.begin(job, one.deps));
    one.fail(job, 5);
    await pass(2_000, () => one.admits(job));
    const until = board.list(clock.nowMs)[0]?.nextProbeAt;
    await pass(rules.firstOpenMs);
    for (const end of ends) end({ event: 'late', result: 'failed', error: 'late', askedMs: null });
    await pass(1_000);
    expect(board.list(clock.nowMs)[0]?.nextProbeAt).toBe(until);
  });
});

test('a state that nobody has confirmed for long is unknown, which is closed', async () => {
  const { one, clock } = await opened();
  expect(one.admits(job)).toBe(false);
  clock.nowMs += 3_600_000;
  expect(one.admits(job)).toBe(true);
});

describe('while the object is out of reach', () => {
  test('an isolate goes by what it has seen itself, and never presses', async () => {
    const { one, other, pass } = two();
    one.unreachable = Object.assign(new Error('overloaded'), { overloaded: true });
    await pass(1_000, () => one.attempt(job));
    one.fail(job, 5);
    await pass(2_000, () => one.admits(job));
    expect([one.admits(job), other.admits(job)]).toEqual([false, true]);
    one.calls.length = 0;
    let probes = 0;
    await pass(60_000, () => {
      if (!one.admits(job)) return;
      probes += 1;
      one.fail(job, 1);
    });
    expect(probes).toBeGreaterThan(0);
    expect(one.calls.length).toBeLessThanOrEqual(6);
    expect(one.logged.length).toBeGreaterThan(0);
  });

  test('and by the object again when that answers', async () => {
    const { one, pass } = two();
    one.unreachable = new Error('gone');
    one.fail(job, 1);
    await pass(1_000);
    one.fail(job, 5);
    await pass(2_000, () => one.admits(job));
    expect(one.admits(job)).toBe(false);
    one.unreachable = null;
    await pass(61_000, () => one.admits(job));
    expect(one.admits(job)).toBe(true);
  });
});

test('many destinations need no more memory than a thousand', async () => {
  const { one, pass } = two();
  for (let index = 0; index < 5_000; index += 1) {
    one.attempt(new URL(`https://jobs.example/${index}`), { result: 'failed' });
  }
  await pass(5_000, () => one.attempt(job));
  await pass(12_000);
  one.fail(job, 5);
  await pass(2_000, () => one.admits(job));
  // There is room again for what is used now.
  expect(one.admits(job)).toBe(false);
});

test('a thousand isolates are asked to come less often, and settle', () => {
  const board = new CircuitBoard();
  const isolates = Array.from({ length: 1_000 }, (_, index) => ({ nextAt: index, paceMs: 750 }));
  const rates: number[] = [];
  for (let nowMs = 0; nowMs < 30_000; nowMs += 1) {
    const second = Math.floor(nowMs / 1_000);
    for (const isolate of isolates.filter(({ nextAt }) => nextAt <= nowMs)) {
      rates[second] = (rates[second] ?? 0) + 1;
      const { paceMs } = board.report({ paceMs: isolate.paceMs, destinations: [] }, nowMs).answer;
      isolate.paceMs = paceMs;
      isolate.nextAt = nowMs + paceMs;
    }
  }
  expect(rates[0]).toBeGreaterThan(1_000);
  expect(rates.slice(-10).reduce((sum, rate) => sum + rate, 0) / 10).toBeLessThanOrEqual(600);
  expect(isolates.every(({ paceMs }) => paceMs <= 4_000)).toBe(true);
});
