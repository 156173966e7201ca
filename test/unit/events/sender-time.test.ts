import { describe, expect, it } from 'vitest';
import { senderTimeMs } from '../../../src/events/sender-time.ts';

// The examples of RFC 9562, appendix A: all three were made at 2022-02-22T19:22:22Z.
const madeAtMs = Date.parse('2022-02-22T19:22:22.000Z');
const hour = 3_600_000;
const timeOf = (id: string, given: { time?: string; laterMs?: number } = {}) =>
  senderTimeMs({ id, time: given.time ?? null, arrivedAtMs: madeAtMs + (given.laterMs ?? 1_000) });

describe('senderTimeMs', () => {
  it.each([
    ['UUIDv1', 'C232AB00-9414-11EC-B3C8-9F6BDECED846'],
    ['UUIDv6', '1EC9414C-232A-6B00-B3C8-9F6BDECED846'],
    ['UUIDv7', '017F22E2-79B0-7CC3-98C4-DC0C0C07398F'],
    ['UUIDv7 after a prefix', 'evt_017f22e2-79b0-7cc3-98c4-dc0c0c07398f'],
    ['ULID', '01FWHE4YDGFK1SHH6W1G60EECF'],
    ['ULID after a prefix', 'msg_01FWHE4YDGFK1SHH6W1G60EECF'],
  ])('reads the time of a %s', (_name, id) => {
    expect(timeOf(id)).toBe(madeAtMs);
    expect(timeOf(id, { laterMs: 12 * hour })).toBe(madeAtMs);
  });

  it.each([
    ['a UUIDv4', '919108f7-52d1-4320-9bac-f847db4148a8'],
    ['a UUIDv8', '2489e9ad-2ee2-8e00-8ec9-32d5f69181c0'],
    ['a name', 'order-42'],
    ['nothing', ''],
    ['a text of 26 letters that is no ULID', 'ZZZZZZZZZZZZZZZZZZZZZZZZZZ'],
  ])('reads none of %s', (_name, id) => {
    expect(timeOf(id)).toBeNull();
  });

  it('believes no time that would put a trace where nobody finds it', () => {
    const id = '017F22E2-79B0-7CC3-98C4-DC0C0C07398F';
    expect(timeOf(id, { laterMs: 12 * hour + 1 })).toBeNull();
    expect(timeOf(id, { laterMs: -60_000 })).toBe(madeAtMs);
    expect(timeOf(id, { laterMs: -60_001 })).toBeNull();
  });

  it('takes a CloudEvent’s own time, in its zone, and no other text for one', () => {
    expect(timeOf('a1', { time: '2022-02-22T20:22:22+01:00' })).toBe(madeAtMs);
    expect(timeOf('a1', { time: '2022-02-22T19:22:22.0005Z' })).toBe(madeAtMs);
    expect(timeOf('a1', { time: '2022-02-30T19:22:22Z' })).toBeNull();
    expect(timeOf('a1', { time: '1645557742' })).toBeNull();
  });
});
