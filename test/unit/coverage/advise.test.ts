import { describe, expect, it } from 'vitest';
import { advise, type AdviceFacts } from '../../../src/coverage/advise.ts';
import type { StoredEventLog } from '../../../src/store/read-coverage.ts';
import type { WritesOfJob, WritesOfTrigger } from '../../../src/store/read-writes.ts';

const nowMs = Date.parse('2026-11-25T12:00:00Z');

const write = (given: Partial<WritesOfTrigger> = {}): WritesOfTrigger => ({
  source: 'shop',
  tableSchema: 'public',
  tableName: 'orders',
  trigger: 'order_paid',
  namedBy: 'user',
  evidence: null,
  withoutActor: false,
  isOthers: false,
  events: 1,
  ...given,
});

const ofJob = (given: Partial<WritesOfJob>): WritesOfJob => ({
  source: 'shop',
  job: 'refresh',
  namedBy: 'hop',
  evidence: 'certain',
  rule: 'session',
  isOthers: false,
  events: 1,
  ...given,
});

const log = (given: Partial<StoredEventLog> = {}): StoredEventLog => ({
  source: 'shop',
  checkedAt: '2026-11-25T11:59:00Z',
  state: 'ok',
  detail: 'Compared.',
  pending: 0,
  oldestPendingAt: null,
  longLocked: 0,
  estimatedRows: 100,
  totalBytes: 1_000_000,
  earlier: null,
  ...given,
});

const summary = (given: Partial<AdviceFacts>): string[] =>
  advise({
    writes: [],
    ofJobs: [],
    gaps: [],
    eventLogs: [],
    clocksAhead: [],
    triggers: [],
    nowMs,
    ...given,
  }).map(({ kind, subject, events }) => `${kind} ${subject} ${events}`);

const definition = {
  source: 'shop',
  name: 'order_paid',
  table: { schema: 'public', name: 'orders' },
  updateColumns: ['status'],
  payload: '*' as const,
  numRetries: 0,
  webhook: null,
};

describe('advice', () => {
  it('has nothing to say where everything is known', () => {
    expect(
      summary({
        writes: [
          write(),
          write({ namedBy: 'declared' }),
          write({ namedBy: 'hop', evidence: 'certain' }),
        ],
        ofJobs: [ofJob({ job: 'charge-card' })],
        eventLogs: [log()],
        triggers: [definition],
      }),
    ).toEqual([]);
  });

  it('names a job that does not say what it writes, with how much', () => {
    expect(
      summary({
        ofJobs: [
          ofJob({ namedBy: 'unattributed', evidence: 'weak', rule: 'row_and_time', events: 3 }),
          ofJob({ rule: 'value', events: 5 }),
        ],
      }),
    ).toEqual(['job_writes_no_ids refresh 3']);
  });

  it('does not blame a job for an ID that merely came late', () => {
    expect(summary({ ofJobs: [ofJob({ evidence: 'weak', rule: 'same_or_late_id' })] })).toEqual([]);
  });

  it('blames nobody for what is too rare to be told apart', () => {
    expect(
      summary({
        writes: [
          write({
            tableSchema: '',
            tableName: '',
            trigger: '',
            namedBy: 'unknown',
            isOthers: true,
          }),
        ],
        ofJobs: [ofJob({ job: '', evidence: 'weak', rule: null, isOthers: true })],
      }),
    ).toEqual([]);
  });

  it('tells a table without tracking from one whose writers name nobody', () => {
    expect(
      summary({
        writes: [
          write({ namedBy: 'unknown', events: 7 }),
          write({ namedBy: 'unattributed', tableName: 'stock', events: 2 }),
        ],
      }),
    ).toEqual(['table_not_tracked public.orders 7', 'unattributed public.stock 2']);
  });

  it('says where the actor is not sent, and why', () => {
    const given = {
      writes: [write({ namedBy: 'unknown', withoutActor: true, events: 4 })],
      ofJobs: [],
      triggers: [{ ...definition, payload: ['id', 'status'] }],
    };
    expect(summary(given)).toEqual(['actor_not_sent order_paid 4']);
    const [advice] = advise({ gaps: [], eventLogs: [], clocksAhead: [], nowMs, ...given });
    expect(advice?.change).toBe('Add updated_by to the trigger’s payload columns.');
  });

  it.each([
    ['every column', '*' as const, 1],
    ['the actor', ['status', 'updated_by'], 1],
    ['the time', ['updated_at'], 1],
    ['what it is about', ['status'], 0],
    ['no update', null, 0],
  ])('looks at a trigger that listens to %s', (_what, updateColumns, count) => {
    const kinds = summary({ triggers: [{ ...definition, updateColumns }] });
    expect(kinds).toEqual(Array.from({ length: count }, () => 'listens_to_itself order_paid null'));
  });

  it('tells what only one of the two knows', () => {
    const gap = {
      source: 'shop',
      trigger: 'order_paid',
      tableSchema: 'public',
      tableName: 'orders',
      latestAt: '2026-11-25T11:00:00Z',
    };
    expect(
      summary({
        gaps: [
          { ...gap, kind: 'not_in_event_log', events: 1 },
          { ...gap, kind: 'never_arrived', events: 2 },
        ],
      }),
    ).toEqual(['never_arrived order_paid 2', 'not_in_event_log order_paid 1']);
  });

  it.each<[string, Partial<StoredEventLog>, string[]]>([
    [
      'events that wait for long',
      { pending: 4, oldestPendingAt: '2026-11-25T11:50:00Z' },
      ['events_late'],
    ],
    ['events that have just come', { pending: 4, oldestPendingAt: '2026-11-25T11:59:00Z' }, []],
    ['locks that Hasura takes over', { longLocked: 1 }, ['events_again']],
    ['a log that nobody cleans', { estimatedRows: 2_000_000 }, ['event_log_grows']],
    ['a log that cannot be read', { state: 'unreachable' }, ['event_log_unread']],
  ])('looks at %s', (_what, given, kinds) => {
    expect(
      advise({
        writes: [],
        ofJobs: [],
        gaps: [],
        clocksAhead: [],
        triggers: [],
        nowMs,
        eventLogs: [log(given)],
      }).map(({ kind }) => kind),
    ).toEqual(kinds);
  });

  it.each([
    [4, []],
    [900, ['clock_ahead shop 3']],
  ])('looks at a database whose clock is %d ms ahead', (aheadMs, expected) => {
    expect(summary({ clocksAhead: [{ source: 'shop', aheadMs, events: 3 }] })).toEqual(expected);
  });

  it('puts the largest gap first', () => {
    expect(
      summary({
        writes: [
          write({ namedBy: 'unattributed', tableName: 'a', events: 1 }),
          write({ namedBy: 'unattributed', tableName: 'b', events: 9 }),
        ],
      })[0],
    ).toBe('unattributed public.b 9');
  });
});
