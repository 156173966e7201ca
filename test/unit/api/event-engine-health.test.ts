// What the health says of Hasura's event engine, from what its event logs told last.
import { describe, expect, it } from 'vitest';
import { eventEngineHealth } from '../../../src/api/event-engine-health.ts';
import type { StoredEventLog } from '../../../src/store/read-coverage.ts';

const nowMs = Date.parse('2026-11-26T12:00:00Z');
const log: StoredEventLog = {
  source: 'shop',
  checkedAt: '2026-11-26T11:58:00Z',
  state: 'ok',
  detail: '',
  pending: 0,
  oldestPendingAt: null,
  longLocked: 0,
  estimatedRows: 10,
  totalBytes: 1_000,
  earlier: null,
};

describe('the health of the event engine', () => {
  it('is well while nothing waits for minutes', () => {
    expect(eventEngineHealth([log], nowMs)).toEqual({ state: 'ok' });
    const fresh = { ...log, pending: 3, oldestPendingAt: '2026-11-26T11:57:00Z' };
    expect(eventEngineHealth([fresh], nowMs)).toEqual({ state: 'ok' });
  });

  it('is behind since the oldest event that waits, with how many wait where', () => {
    const late = { ...log, pending: 3, oldestPendingAt: '2026-11-26T11:30:00Z' };
    const later = { ...late, source: 'stock', pending: 2, oldestPendingAt: '2026-11-26T11:40:00Z' };
    expect(eventEngineHealth([later, late], nowMs)).toEqual({
      state: 'behind',
      since: '2026-11-26T11:30:00Z',
      detail: expect.stringMatching(/^5 events of shop, stock wait/),
    });
  });

  it('is not known, and says why, where no log tells', () => {
    expect(eventEngineHealth([], nowMs)).toMatchObject({ state: 'unknown', since: null });
    const away: StoredEventLog = { ...log, state: 'unreachable', detail: 'It timed out.' };
    expect(eventEngineHealth([log, away], nowMs)).toEqual({
      state: 'unknown',
      since: away.checkedAt,
      detail: 'It timed out.',
    });
    const old = { ...log, checkedAt: '2026-11-26T10:00:00Z' };
    expect(eventEngineHealth([old], nowMs)).toMatchObject({
      state: 'unknown',
      since: old.checkedAt,
    });
  });
});
