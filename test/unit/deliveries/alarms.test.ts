// Several alarms over one timer.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Alarms } from '../../../src/deliveries/alarms.ts';

function setAll(alarms: Alarms, ...times: number[]): { rang: number[] } {
  const rang: number[] = [];
  for (const ms of times) alarms.set(ms, () => rang.push(ms));
  return { rang };
}

describe('alarms', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('ring once each, in time, in whatever order they were set', () => {
    const { rang } = setAll(new Alarms(), 300, 100, 200, 100);
    vi.advanceTimersByTime(99);
    expect(rang).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rang).toEqual([100, 100]);
    vi.advanceTimersByTime(10_000);
    expect(rang).toEqual([100, 100, 200, 300]);
  });

  test('never share more than one timer, and leave none behind', () => {
    const alarms = new Alarms();
    const first = alarms.set(1_000, () => {});
    const second = alarms.set(55_000, () => {});
    expect(vi.getTimerCount()).toBe(1);
    second.clear();
    expect(vi.getTimerCount()).toBe(1);
    first.clear();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a cleared one does not ring, and the later ones do', () => {
    const alarms = new Alarms();
    const rang: string[] = [];
    const early = alarms.set(10, () => rang.push('early'));
    alarms.set(20, () => rang.push('late'));
    early.clear();
    early.clear();
    vi.advanceTimersByTime(100);
    expect(rang).toEqual(['late']);
  });

  test('one that is set or cleared by another as it rings is heeded', () => {
    const alarms = new Alarms();
    const rang: string[] = [];
    alarms.set(10, () => {
      rang.push('first');
      doomed.clear();
      alarms.set(5, () => rang.push('set by the first'));
    });
    const doomed = alarms.set(10, () => rang.push('doomed'));
    alarms.set(50, () => rang.push('last'));
    vi.advanceTimersByTime(15);
    expect(rang).toEqual(['first', 'set by the first']);
    vi.advanceTimersByTime(100);
    expect(rang).toEqual(['first', 'set by the first', 'last']);
  });

  test('one whose time is over rings at the next chance', () => {
    const { rang } = setAll(new Alarms(), -5, 0);
    vi.advanceTimersByTime(0);
    expect(rang).toEqual([-5, 0]);
  });
});
