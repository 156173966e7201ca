import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writtenAt } from '../../../src/recorder/written-at.ts';

const arrivedAt = '2026-11-24T12:00:01.000Z';
const at = (createdAt: string | null, told: string | null = null): string =>
  writtenAt({ createdAt, writtenAt: told, arrivedAt });

describe('writtenAt', () => {
  it.each([
    ['a time in UTC', '2026-11-24T12:00:00.123456', '2026-11-24T12:00:00.123456Z'],
    ['a late event', '2026-11-23T07:00:00.5Z', '2026-11-23T07:00:00.500000Z'],
    ['a clock two minutes ahead', '2026-11-24T12:02:01', '2026-11-24T12:02:01.000000Z'],
    ['Berlin', '2026-11-24T13:00:00.123456', '2026-11-24T12:00:00.123456Z'],
    ['Kathmandu', '2026-11-24T17:45:00.000001', '2026-11-24T12:00:00.000001Z'],
    ['Kiritimati', '2026-11-25T02:00:00', '2026-11-24T12:00:00.000000Z'],
    [
      'a time that is the arrival’s own, an hour off',
      '2026-11-24T13:00:01',
      '2026-11-24T12:00:01.000000Z',
    ],
  ])('reads %s', (_name, createdAt, expected) => {
    expect(at(createdAt)).toBe(expected);
  });

  it('believes the session’s own account before the sender’s', () => {
    expect(at('2026-11-24T17:00:00', '2026-11-24T11:59:59.654321Z')).toBe(
      '2026-11-24T11:59:59.654321Z',
    );
    expect(at('2026-11-24T11:00:00', 'soon')).toBe('2026-11-24T11:00:00.000000Z');
  });

  it('falls back on the arrival where no time can be read', () => {
    expect(at(null)).toBe('2026-11-24T12:00:01.000000Z');
    expect(at('infinity')).toBe('2026-11-24T12:00:01.000000Z');
  });

  it('never lies more than two minutes after the arrival, and moves by whole quarter hours only', () => {
    const arrivedMs = Date.parse(arrivedAt);
    fc.assert(
      fc.property(fc.integer({ min: -20 * 3_600_000, max: 20 * 3_600_000 }), (offsetMs) => {
        const rawMs = arrivedMs + offsetMs;
        const ms = Date.parse(at(new Date(rawMs).toISOString()));
        expect(ms - arrivedMs).toBeLessThanOrEqual(120_000);
        expect((rawMs - ms) % 900_000).toBe(0);
        const hasMoved = ms !== rawMs;
        expect(hasMoved && arrivedMs - ms >= 900_000).toBe(false);
      }),
    );
  });
});
