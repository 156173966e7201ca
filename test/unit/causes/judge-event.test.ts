import { describe, expect, it } from 'vitest';
import {
  type AboutRow,
  type ContextAttempt,
  judgeEvent,
  type JudgeFacts,
} from '../../../src/causes/judge-event.ts';
import type { Grade } from '../../../src/causes/grade-link.ts';
import { formatHopId, formatSystemId } from '../../../src/correlation/correlation-id.ts';
import { assembleTraceId, hopUuid } from '../../../src/correlation/trace-uuid.ts';

const startMs = Date.parse('2026-11-24T12:00:00Z');
const minute = 60_000;
const traceId = assembleTraceId(startMs, new Uint8Array([1, 2, 3, 4, 5]));
const ownTraceId = assembleTraceId(startMs + minute, new Uint8Array([9, 9, 9, 9, 9]));
const hopId = formatHopId('order_placed', 'charge-card', hopUuid(traceId, '00000000a1'));
const minted = formatSystemId('shop', hopUuid(ownTraceId, 'ffffffffff'));
const mail = 'jane@example.com';

/** An attempt about the row from 1 s to 20 s of a job that has never written an ID. */
const about = (given: Partial<AboutRow> = {}): AboutRow => ({
  deliveryId: 'd'.repeat(64),
  traceId,
  isSameRow: true,
  eventWrittenAtMs: startMs,
  writesIdsSinceMs: null,
  startedAtMs: startMs + 1_000,
  endedAtMs: startMs + 20_000,
  status: 200,
  worksInBackground: false,
  ...given,
});
/** The same attempt by its trace's context, about another row. */
const inTrace = (given: Partial<ContextAttempt> = {}): ContextAttempt => {
  const { isSameRow: _row, writesIdsSinceMs: _since, ...attempt } = about();
  return { ...attempt, ...given };
};
const other = { deliveryId: 'e'.repeat(64) };

/** A write at 10 s that named no cause, so that the database minted an actor for it. */
const facts = (given: Partial<JudgeFacts> = {}): JudgeFacts => ({
  op: 'UPDATE',
  actor: minted,
  previousActor: mail,
  sessionCorrelationId: null,
  sessionUser: null,
  traceId: ownTraceId,
  startsTrace: false,
  writtenAtMs: startMs + 10_000,
  transactionNamesAnother: false,
  isMoved: false,
  isCarriedOn: false,
  deliveries: [],
  mate: null,
  inContext: [],
  aboutRows: [about()],
  ...given,
});

const mate = (given: Partial<Grade> = {}): Grade => ({
  evidence: 'certain',
  rule: 'value',
  reason: 'It was.',
  correlationId: hopId,
  delivery: { id: 'f'.repeat(64), traceId },
  ...given,
});

/** An ID that stood in the row before the write and after it; its hop ran from 1 s to `endS`. */
const carriedHop = (endS: number): Partial<JudgeFacts> => ({
  actor: hopId,
  previousActor: hopId,
  startsTrace: true,
  deliveries: [
    {
      deliveryId: 'c'.repeat(64),
      traceId,
      correlationId: hopId,
      attempts: [
        {
          startedAtMs: startMs + 1_000,
          endedAtMs: startMs + endS * 1_000,
          status: 200,
          worksInBackground: false,
        },
      ],
    },
  ],
});

const summary = (given: Partial<JudgeFacts>): string | null => {
  const grade = judgeEvent(facts(given));
  return grade && `${grade.evidence} ${grade.rule} ${grade.delivery?.id[0] ?? ''}`;
};

describe('by row and time', () => {
  it.each<[string, Partial<JudgeFacts>]>([
    ['a write that named no cause', {}],
    ['a write by nobody', { actor: null, startsTrace: true }],
    ['a write by "system" to a table without tracking', { actor: 'system', startsTrace: true }],
    ['a write that left the actor as it was', { actor: mail, startsTrace: true }],
    [
      'a new row with nobody in it',
      { op: 'INSERT', actor: null, previousActor: null, startsTrace: true },
    ],
    ['a deleted row', { op: 'DELETE', actor: null, startsTrace: true }],
    ['a write at the very start of the attempt', { writtenAtMs: startMs + 1_000 }],
    ['a write at its very end', { writtenAtMs: startMs + 20_000 }],
    [
      'a write after the answer of a job that works in the background',
      { writtenAtMs: startMs + 10 * minute, aboutRows: [about({ worksInBackground: true })] },
    ],
    ['an attempt still running', { aboutRows: [about({ endedAtMs: null, status: null })] }],
    [
      'an attempt that ended without an answer and may run on',
      { aboutRows: [about({ endedAtMs: startMs + 2_000, status: null })] },
    ],
    [
      'two attempts of one delivery',
      {
        aboutRows: [
          about({ startedAtMs: startMs + 1_000, endedAtMs: startMs + 2_000, status: 500 }),
          about({ startedAtMs: startMs + 9_000 }),
        ],
      },
    ],
    [
      'another delivery that had ended before',
      { aboutRows: [about(), about({ ...other, endedAtMs: startMs + 9_999 })] },
    ],
    [
      'another delivery of a job that writes IDs',
      { aboutRows: [about(), about({ ...other, writesIdsSinceMs: startMs - minute })] },
    ],
    [
      'a job that began to write IDs later',
      { aboutRows: [about({ writesIdsSinceMs: startMs + minute })] },
    ],
    ['an ID that stood in the row, of a hop that had ended', carriedHop(5)],
    ['a transaction whose other event is not certain', { mate: mate({ evidence: 'weak' }) }],
  ])('links %s, weakly', (_name, given) => {
    expect(summary(given)).toBe('weak row_and_time d');
  });

  it.each<[string, Partial<JudgeFacts>]>([
    ['a person’s write', { actor: mail, previousActor: 'ann@example.com' }],
    ['a person named by the session', { actor: null, sessionUser: mail }],
    ['a bare id, which is somebody', { actor: '4711', startsTrace: true }],
    ['a declared system action', { actor: formatSystemId('nightly', ownTraceId) }],
    [
      'a session that declares a system action',
      { sessionCorrelationId: formatSystemId('nightly', ownTraceId) },
    ],
    ['a person named by the session beside an actor that names nobody', { sessionUser: mail }],
    ['an ID minted elsewhere', { actor: 'a.b.0190f0a0-0000-7000-8000-000000000001' }],
    ['a row handed on as it stands', { op: 'MANUAL', actor: null }],
    ['a webhook', { op: null, actor: null, previousActor: null }],
    ['no delivery about the row', { aboutRows: [] }],
    ['too many to tell', { aboutRows: null }],
    ['a write before the attempt', { writtenAtMs: startMs + 999 }],
    ['a write after its answer', { writtenAtMs: startMs + 20_001 }],
    [
      'a write later than any run without an answer',
      {
        writtenAtMs: startMs + 16 * minute,
        aboutRows: [about({ endedAtMs: startMs + 2_000, status: null })],
      },
    ],
    ['two deliveries that can both have made it', { aboutRows: [about(), about(other)] }],
    [
      'deliveries about two rows of the transaction',
      { aboutRows: [about(), about({ ...other, isSameRow: false })] },
    ],
    [
      'a delivery about another row of the transaction',
      { aboutRows: [about({ isSameRow: false })] },
    ],
    ['a job that writes IDs', { aboutRows: [about({ writesIdsSinceMs: startMs })] }],
    [
      'the write’s own delivery, seen too early by a clock that differs',
      { aboutRows: [about({ eventWrittenAtMs: startMs + 10_000 })] },
    ],
  ])('links nothing: %s', (_name, given) => {
    expect(summary(given)).toBeNull();
  });

  it('says why in a sentence, where the cause is, and that the event names nobody', () => {
    expect(judgeEvent(facts())).toMatchObject({
      reason: expect.stringMatching(/^[A-Z].+\.$/),
      correlationId: null,
      delivery: { id: 'd'.repeat(64), traceId },
    });
  });
});

describe('by the same transaction', () => {
  it.each<[string, Partial<JudgeFacts>]>([
    ['a write that named no cause', { aboutRows: [] }],
    ['a deleted row', { op: 'DELETE', actor: null, startsTrace: true, aboutRows: [] }],
    ['a row without a key', { aboutRows: null }],
    ['rather than by row and time', {}],
    ['rather than by an ID that stood there, even of a hop under way', carriedHop(20)],
  ])('links %s, weakly', (_name, given) => {
    expect(summary({ mate: mate(), ...given })).toBe('weak same_transaction f');
  });

  it.each<[string, Partial<JudgeFacts>]>([
    ['a person’s write', { actor: mail, previousActor: null }],
    ['a bare id', { actor: '4711', startsTrace: true }],
    ['a cause that is weak itself', { mate: mate({ evidence: 'weak' }), aboutRows: [] }],
    [
      'a cause that has not come',
      { mate: mate({ evidence: 'pending', delivery: null }), aboutRows: [] },
    ],
  ])('links nothing: %s', (_name, given) => {
    expect(summary({ mate: mate(), ...given })).toBeNull();
  });
});

describe('what the event names itself', () => {
  const byValue: Partial<JudgeFacts> = {
    ...carriedHop(20),
    previousActor: mail,
    startsTrace: false,
    traceId,
    mate: mate(),
  };

  it('comes before everything else', () => {
    expect(summary(byValue)).toBe('certain value c');
    expect(summary({ ...byValue, deliveries: [] })).toBe('pending value ');
    expect(summary({ ...byValue, ...carriedHop(5), previousActor: mail, startsTrace: false })).toBe(
      'weak same_or_late_id c',
    );
  });

  it('is a hop’s whose ID stays in the row, while it was under way and nobody else was', () => {
    expect(summary({ ...carriedHop(20), aboutRows: [] })).toBe('weak same_or_late_id c');
    expect(summary(carriedHop(20))).toBeNull();
  });

  it('is not a hop’s that had ended, though its ID stays in the row', () => {
    expect(summary({ ...carriedHop(5), aboutRows: [] })).toBeNull();
    expect(summary(carriedHop(5))).toBe('weak row_and_time d');
  });

  it('leaves open who deleted a row: a job that writes IDs cannot name itself there', () => {
    const gone: Partial<JudgeFacts> = { op: 'DELETE', actor: null, startsTrace: true };
    const writer = about({ ...other, writesIdsSinceMs: startMs });
    expect(summary({ ...gone, aboutRows: [about(), writer] })).toBeNull();
    expect(summary({ ...gone, aboutRows: [writer] })).toBe('weak row_and_time e');
    expect(summary({ aboutRows: [about(), writer] })).toBe('weak row_and_time d');
  });
});

describe('by trace context', () => {
  const bare: Partial<JudgeFacts> = { aboutRows: [], inContext: [inTrace()] };

  it.each<[string, Partial<JudgeFacts>]>([
    ['a write that named no cause', bare],
    ['with several attempts of the one delivery', { inContext: [inTrace(), inTrace()] }],
    [
      'where another delivery had ended',
      { inContext: [inTrace(), inTrace({ ...other, endedAtMs: startMs + 2_000 })] },
    ],
    [
      'where another began later',
      { inContext: [inTrace(), inTrace({ ...other, startedAtMs: startMs + 11_000 })] },
    ],
    ['before what row and time say', { aboutRows: [about(other)], inContext: [inTrace()] }],
    ['before an ID that merely stood in the row', { ...carriedHop(20), inContext: [inTrace()] }],
  ])('is weak: %s', (_what, given) => {
    expect(summary({ ...bare, ...given })).toBe('weak same_trace_context d');
  });

  it.each<[string, Partial<JudgeFacts>]>([
    ['where two deliveries were at work', { inContext: [inTrace(), inTrace(other)] }],
    ['where there are too many to tell', { inContext: null }],
    ['where the attempt had ended', { inContext: [inTrace({ endedAtMs: startMs + 9_000 })] }],
    [
      'where the delivery’s own event is of this very transaction',
      { inContext: [inTrace({ eventWrittenAtMs: startMs + 10_000 })] },
    ],
    [
      'for a person, whose page shares one context',
      { actor: mail, previousActor: null, startsTrace: true },
    ],
    ['where the session names a person', { sessionUser: mail }],
    ['for a row that is only handed on', { op: 'MANUAL' }],
  ])('says nothing: %s', (_what, given) => {
    expect(summary({ ...bare, ...given })).toBeNull();
  });

  it('says less than what another write of the transaction certainly shows', () => {
    expect(summary({ ...bare, mate: mate() })).toBe('weak same_transaction f');
  });
});
