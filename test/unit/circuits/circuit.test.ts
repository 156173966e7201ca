// The state machine of one destination's circuit, in virtual time.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type Circuit,
  isForgettable,
  lendProbe,
  newCircuit,
  note,
  reset,
  rules,
  stateOf,
  type Tally,
} from '../../../src/circuits/circuit.ts';
import { readCircuit, writeCircuit } from '../../../src/circuits/stored-circuit.ts';

const start = Date.UTC(2026, 10, 25, 12, 3, 10);
const day = 86_400_000;

function tally(given: Partial<Tally> = {}): Tally {
  return {
    delivered: 0,
    refused: 0,
    failures: 0,
    failedEvents: [],
    inARow: [],
    error: null,
    askedMs: null,
    ...given,
  };
}

const delivered = (count = 1): Tally => tally({ delivered: count });
const failed = (...events: string[]): Tally =>
  tally({
    failures: events.length,
    failedEvents: events,
    inARow: events,
    error: 'No answer within 100 ms.',
  });

/** Five different events in a row. */
const opened = note(newCircuit, failed('a', 'b', 'c', 'd', 'e'), start);

function untilOf(circuit: Circuit): number {
  return circuit.opened?.until ?? Number.NaN;
}

describe('opening', () => {
  test('after half of at least ten attempts in the window, and it says so', () => {
    const half = note(note(newCircuit, delivered(5), start), failed('a', 'b', 'c', 'd'), start);
    expect(stateOf(half, start)).toBe('closed');
    const more = note(note(half, delivered(), start + 1_000), failed('e'), start + 2_000);
    expect(stateOf(more, start + 2_000)).toBe('closed');
    const open = note(more, failed('f'), start + 3_000);
    expect(open.opened).toEqual({
      since: start + 3_000,
      until: start + 3_000 + rules.firstOpenMs,
      reason: '6 of 12 attempts failed since 2026-11-25 12:03:10 UTC: No answer within 100 ms.',
    });
  });

  test('after five different events in a row, however slowly they come', () => {
    let circuit = newCircuit;
    for (const [index, event] of ['a', 'b', 'c', 'd'].entries()) {
      circuit = note(circuit, failed(event), start + index * 600_000);
    }
    expect(stateOf(circuit, start + 2_400_000)).toBe('closed');
    circuit = note(circuit, failed('e'), start + 2_400_000);
    expect(circuit.opened?.reason).toContain('5 events in a row failed since 2026-11-25 12:03:10');
  });

  test('by events in a row only where there are few: much traffic has such rows by chance', () => {
    const busy = note(newCircuit, delivered(20), start);
    const circuit = note(busy, failed('a', 'b', 'c', 'd', 'e'), start + 1_000);
    expect(stateOf(circuit, start + 1_000)).toBe('closed');
  });

  test('counts those in a row from the last answer on', () => {
    const four = note(newCircuit, failed('a', 'b', 'c', 'd'), start);
    const answered = note(four, { ...failed('e'), delivered: 1 }, start + 60_000);
    expect(answered.inARow?.events).toEqual(['e']);
  });

  test('never by one event, however often its sender tries it again', () => {
    const tries = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 120_000 })),
    );
    fc.assert(
      fc.property(tries, (given) => {
        let circuit = newCircuit;
        let now = start;
        for (const [failures, pauseMs] of given) {
          now += pauseMs;
          circuit = note(circuit, { ...failed('poison'), failures }, now);
        }
        expect(stateOf(circuit, now)).toBe('closed');
      }),
    );
  });

  test('not by answers that are no failures', () => {
    const circuit = note(newCircuit, tally({ refused: 100, error: 'It answered 404.' }), start);
    expect(stateOf(circuit, start)).toBe('closed');
  });

  test('for as long as a 429 asks, within limits', () => {
    const asked = (askedMs: number) => note(newCircuit, { ...failed('a'), askedMs }, start);
    expect(untilOf(asked(7_000))).toBe(start + 7_000);
    expect(untilOf(asked(0))).toBe(start + 1_000);
    expect(untilOf(asked(9 * day))).toBe(start + rules.longestOpenMs);
  });
});

describe('closing', () => {
  test('a circuit is half open when its time is over, and one holds the probe', () => {
    const until = untilOf(opened);
    expect(lendProbe(opened, until - 1)).toBeNull();
    const lent = lendProbe(opened, until);
    expect(lent && lendProbe(lent, until + rules.probeMs - 1)).toBeNull();
    expect(lent && lendProbe(lent, until + rules.probeMs)).not.toBeNull();
  });

  test('a probe that arrives closes it; one that fails opens it for twice as long', () => {
    const until = untilOf(opened);
    expect(stateOf(note(opened, delivered(), until), until)).toBe('closed');
    expect(stateOf(note(opened, tally({ refused: 1 }), until), until)).toBe('closed');
    const again = note(opened, failed('x'), until);
    expect(untilOf(again) - until).toBe(2 * rules.firstOpenMs);
    expect(again.opened?.since).toBe(start);
  });

  test('nothing closes it before: what began earlier may still be answered', () => {
    expect(stateOf(note(opened, delivered(50), start + 1), start + 1)).toBe('open');
  });

  test('who flaps stays open longer each time, up to five minutes, and calm is forgiven', () => {
    let circuit = opened;
    const pauses: number[] = [];
    for (let times = 0; times < 8; times += 1) {
      const until = untilOf(circuit);
      circuit = note(circuit, delivered(), until);
      circuit = note(circuit, failed('a', 'b', 'c', 'd', 'e'), until + 1_000);
      pauses.push((untilOf(circuit) - until - 1_000) / 1_000);
    }
    expect(pauses).toEqual([20, 40, 80, 160, 300, 300, 300, 300]);
    const closed = note(circuit, delivered(), untilOf(circuit));
    const later = untilOf(circuit) + rules.calmMs;
    const reopened = note(closed, failed('a', 'b', 'c', 'd', 'e'), later);
    expect(untilOf(reopened) - later).toBe(rules.firstOpenMs);
  });

  test('by hand: closed, enabled, and nothing counted', () => {
    expect(stateOf(reset(opened), start)).toBe('closed');
    expect(reset(opened).lastError).toEqual(opened.lastError);
  });
});

describe('a destination that fails for days', () => {
  /** Fails at these times, in days. */
  const failingAt = (...days: number[]): Circuit => {
    let circuit = newCircuit;
    for (const [index, at] of days.entries()) {
      circuit = note(circuit, { ...failed(`e${index}`), failures: 4 }, start + at * day);
    }
    return circuit;
  };

  test('is disabled after five, with the reason', () => {
    const circuit = failingAt(0, 1, 2, 5);
    expect(stateOf(circuit, start + 5 * day)).toBe('disabled');
    expect(circuit.disabled?.reason).toBe(
      'None of 16 attempts was delivered since 2026-11-25 12:03:10 UTC: No answer within 100 ms.',
    );
  });

  test.each([
    ['it failed on two days only', failingAt(0, 0.1, 0.2, 5)],
    ['something was delivered between', note(failingAt(0, 1, 2), delivered(), start + 3 * day)],
  ])('is not when %s', (_why, circuit) => {
    const after = note(circuit, failed('last'), start + 5 * day);
    expect(after.disabled).toBeNull();
  });

  test('is not before', () => {
    expect(failingAt(0, 1, 2, 4.9).disabled).toBeNull();
  });

  test('is enabled again when something is delivered', () => {
    const circuit = failingAt(0, 1, 2, 5);
    expect(note(circuit, delivered(), start + 6 * day).disabled).toBeNull();
  });

  test.each([
    [1, [0, 0.5, 1], 1],
    [2, [0, 1, 2], 2],
    [30, [0, 1, 2, 29.9, 30], 30],
  ])('is disabled after %i where the configuration says so, and not before', (days, at, end) => {
    let circuit = newCircuit;
    for (const [index, when] of at.entries()) {
      expect(circuit.disabled).toBeNull();
      const tallied = { ...failed(`e${index}`), failures: 4 };
      circuit = note(circuit, tallied, start + when * day, days * day);
    }
    expect(circuit.disabled?.at).toBe(start + end * day);
  });

  test('is never while nobody knows after how long, and not forgotten meanwhile', () => {
    const circuit = note(failingAt(0, 1, 2), failed('x'), start + 300 * day, Infinity);
    expect(circuit.disabled).toBeNull();
    expect(isForgettable({ ...circuit, opened: null }, start + 600 * day, Infinity)).toBe(false);
  });

  test('is told once', () => {
    const circuit = failingAt(0, 1, 2, 5);
    expect(note(circuit, failed('x'), start + 6 * day).disabled).toBe(circuit.disabled);
  });
});

const anyTally: fc.Arbitrary<Tally> = fc.record({
  delivered: fc.nat({ max: 5 }),
  refused: fc.nat({ max: 5 }),
  failures: fc.nat({ max: 5 }),
  failedEvents: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 5 }),
  inARow: fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 5 }),
  error: fc.option(fc.constant('reset')),
  askedMs: fc.option(fc.nat({ max: 10_000_000 })),
});

it('holds whatever comes: bounded, storable, never open beyond its limit, never open without a reason', () => {
  const steps = fc.array(fc.tuple(anyTally, fc.integer({ min: -5_000, max: 400_000 })));
  fc.assert(
    fc.property(steps, (given) => {
      let circuit = newCircuit;
      let now = start;
      for (const [one, passedMs] of given) {
        now += passedMs;
        const lent = lendProbe(circuit, now);
        const before = lent ?? circuit;
        circuit = note(before, one, now);
        expect(circuit.slots.length).toBeLessThanOrEqual(rules.windowMs / rules.slotMs + 1);
        expect(circuit.failedEvents.length).toBeLessThanOrEqual(64);
        expect(untilOf(circuit) - now).not.toBeGreaterThan(
          rules.longestOpenMs + 5_000 * given.length,
        );
        expect(circuit.opened?.reason).not.toBe('');
        const mayOpen = one.failures > 0 || one.askedMs !== null || before.opened !== null;
        expect(mayOpen || circuit.opened === null).toBe(true);
        expect(readCircuit(writeCircuit(circuit))).toEqual(circuit);
      }
      // A destination that comes back always gets out of it.
      const later = now + rules.longestOpenMs + 5_000 * given.length;
      const back = note(circuit, delivered(10), later);
      expect(stateOf(back, later)).toBe('closed');
      expect(isForgettable(back, later + 2 * rules.calmMs)).toBe(true);
    }),
  );
});

it('is begun anew where another version wrote what cannot be read', () => {
  expect(readCircuit('{"slots":"?"}')).toBeNull();
});
