import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Resting } from '../../../pages/src/cascade/resting.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Look {
  at?: string | undefined;
  zoom?: number;
}

it('tells once that nothing moves any more, with all that came', () => {
  const looks = new Resting<Look>(250);
  const rested = vi.fn(() => looks.take());
  looks.put({ at: 'first', zoom: 50 }, rested);
  vi.advanceTimersByTime(200);
  looks.put({ at: undefined }, rested);
  vi.advanceTimersByTime(249);
  expect(rested).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(rested).toHaveBeenCalledTimes(1);
  expect(rested).toHaveReturnedWith({ at: undefined, zoom: 50 });
});

it('tells nothing of what somebody has taken along', () => {
  const looks = new Resting<Look>(250);
  const rested = vi.fn();
  looks.put({ at: 'here' }, rested);
  expect(looks.take()).toEqual({ at: 'here' });
  vi.advanceTimersByTime(1_000);
  expect(rested).not.toHaveBeenCalled();
  expect(looks.take()).toBeNull();
});
