import { describe, expect, it } from 'vitest';
import { type GradeFacts, gradeLink } from '../../../src/causes/grade-link.ts';
import { formatHopId, formatSystemId } from '../../../src/correlation/correlation-id.ts';
import { assembleTraceId, hopUuid } from '../../../src/correlation/trace-uuid.ts';

const startMs = Date.parse('2026-11-24T12:00:00Z');
const minute = 60_000;
const traceId = assembleTraceId(startMs, new Uint8Array([1, 2, 3, 4, 5]));
const otherTraceId = assembleTraceId(startMs + minute, new Uint8Array([9, 9, 9, 9, 9]));
const hopId = formatHopId('order_placed', 'charge-card', hopUuid(traceId, '00000000a1'));

type Attempt = GradeFacts['deliveries'][number]['attempts'][number];
/** An attempt from `start` to `end`, seconds after the start; answered unless told otherwise. */
const attempt = (start: number, end: number | null, status: number | null = 200): Attempt => ({
  startedAtMs: startMs + start * 1_000,
  endedAtMs: end === null ? null : startMs + end * 1_000,
  status: end === null ? null : status,
  worksInBackground: false,
});
const delivery = (...attempts: Attempt[]): GradeFacts['deliveries'][number] => ({
  deliveryId: 'd'.repeat(64),
  traceId,
  correlationId: hopId,
  attempts,
});
/** A write 10 s after the start that put the hop's ID into a row, while the hop ran. */
const facts = (given: Partial<GradeFacts> = {}): GradeFacts => ({
  op: 'UPDATE',
  actor: hopId,
  previousActor: 'jane@example.com',
  sessionCorrelationId: null,
  sessionUser: null,
  traceId,
  startsTrace: false,
  writtenAtMs: startMs + 10_000,
  transactionNamesAnother: false,
  isMoved: false,
  isCarriedOn: false,
  deliveries: [delivery(attempt(1, 20))],
  ...given,
});
const carried: Partial<GradeFacts> = {
  previousActor: hopId,
  startsTrace: true,
  traceId: otherTraceId,
};

describe('gradeLink', () => {
  it.each<[string, Partial<GradeFacts>, string | null]>([
    // by session
    [
      'a session that names the hop',
      { sessionCorrelationId: hopId, actor: null },
      'certain session',
    ],
    [
      'a session that names the hop after it ended',
      { sessionCorrelationId: hopId, writtenAtMs: startMs + 60 * minute },
      'certain session',
    ],
    [
      'a deletion whose session names the hop',
      { sessionCorrelationId: hopId, op: 'DELETE', actor: null, previousActor: 'x' },
      'certain session',
    ],
    [
      'a webhook that names the hop',
      { sessionCorrelationId: hopId, op: null, actor: null, previousActor: null },
      'certain session',
    ],
    [
      'a session that names a hop which has not come',
      { sessionCorrelationId: hopId, deliveries: [] },
      'pending session',
    ],
    // by value
    ['a new ID while the hop ran', {}, 'certain value'],
    ['a new row with the ID', { op: 'INSERT', previousActor: null }, 'certain value'],
    ['a write at the very end', { writtenAtMs: startMs + 20_000 }, 'certain value'],
    [
      'a write before the hop began, by clocks that differ',
      { writtenAtMs: startMs },
      'certain value',
    ],
    ['a write after the hop had ended', { writtenAtMs: startMs + 20_001 }, 'weak same_or_late_id'],
    [
      'a write after the hop had ended, while a delivery was under way that could copy its ID',
      { writtenAtMs: startMs + 20_001, isCarriedOn: true },
      null,
    ],
    [
      'a write while the hop ran, though another delivery could copy its ID',
      { isCarriedOn: true },
      'certain value',
    ],
    ['a new ID of a hop which has not come', { deliveries: [] }, 'pending value'],
    // attempts
    [
      'a write during the second of two attempts',
      { deliveries: [delivery(attempt(1, 2, 500), attempt(8, 12))] },
      'certain value',
    ],
    [
      'a write between a failed attempt and the next',
      { deliveries: [delivery(attempt(1, 2, 500), attempt(30, 40))] },
      'certain value',
    ],
    [
      'a write after both attempts were answered',
      { deliveries: [delivery(attempt(1, 2, 500), attempt(3, 4))] },
      'weak same_or_late_id',
    ],
    [
      'a write long after an attempt that ended without an answer',
      { deliveries: [delivery(attempt(1, 2, null))], writtenAtMs: startMs + 15 * minute },
      'certain value',
    ],
    [
      'a write after the answer of a job that works in the background',
      {
        deliveries: [delivery({ ...attempt(1, 2), worksInBackground: true })],
        writtenAtMs: startMs + 15 * minute,
      },
      'certain value',
    ],
    [
      'a write later than any run of a job that works in the background',
      {
        deliveries: [delivery({ ...attempt(1, 2), worksInBackground: true })],
        writtenAtMs: startMs + 15 * minute + 1_001,
      },
      'weak same_or_late_id',
    ],
    [
      'a write later than any run that gave no answer',
      { deliveries: [delivery(attempt(1, 2, null))], writtenAtMs: startMs + 15 * minute + 1_001 },
      'weak same_or_late_id',
    ],
    [
      'a write while an attempt is still running',
      { deliveries: [delivery(attempt(1, null))] },
      'certain value',
    ],
    [
      'a write while the first, unanswered attempt may run on beside an answered second',
      { deliveries: [delivery(attempt(1, 2, null), attempt(3, 4))] },
      'certain value',
    ],
    // what else the transaction wrote
    ['a transaction whose rows name two hops', { transactionNamesAnother: true }, 'weak value'],
    [
      'such a transaction whose session names one of them',
      { transactionNamesAnother: true, sessionCorrelationId: hopId },
      'certain session',
    ],
    ['a row moved between partitions', { op: 'INSERT', isMoved: true }, 'weak same_or_late_id'],
    // the same ID before and after
    ['an ID that stood there before', carried, 'weak same_or_late_id'],
    ['an ID that stood there before, of a hop unknown', { ...carried, deliveries: [] }, null],
    [
      'an ID that stood there before, a day old',
      { ...carried, writtenAtMs: startMs + 1_441 * minute },
      null,
    ],
    [
      'an ID that stood there while a person’s session wrote',
      { ...carried, sessionUser: 'u1' },
      null,
    ],
    ['an ID that stood in a deleted row', { ...carried, op: 'DELETE', actor: null }, null],
    // no cause
    ['a person', { actor: 'jane@example.com', startsTrace: true }, null],
    ['nobody', { actor: null, startsTrace: true }, null],
    ['an ID too old to join its trace', { startsTrace: true, traceId: otherTraceId }, null],
    [
      'a declared system action',
      { actor: formatSystemId('nightly', traceId), deliveries: [] },
      null,
    ],
    [
      'a write that named no cause',
      { actor: formatSystemId('shop', hopUuid(traceId, 'ffffffffff')), deliveries: [] },
      null,
    ],
    [
      'a uuid minted elsewhere',
      { actor: 'a.b.0190f0a0-0000-7000-8000-000000000001', startsTrace: true, deliveries: [] },
      null,
    ],
    // what the session and the row say differs
    [
      'a session that declares a system action, whatever stands in the row',
      { sessionCorrelationId: formatSystemId('nightly', traceId) },
      null,
    ],
    [
      'a foreign ID in the session beside an own one in the row',
      { sessionCorrelationId: 'a.b.0190f0a0-0000-7000-8000-000000000001' },
      'certain value',
    ],
    // collisions
    [
      'a hop whose short id collides with the one named',
      {
        deliveries: [
          {
            ...delivery(attempt(1, 20)),
            correlationId: `other.job.${hopUuid(traceId, '00000000a1')}`,
          },
        ],
      },
      'pending value',
    ],
  ])('judges %s', (_name, given, expected) => {
    const grade = gradeLink(facts(given));
    expect(grade && `${grade.evidence} ${grade.rule}`).toBe(expected);
    if (!grade) return;
    expect(grade.reason).toMatch(/^[A-Z].+\.$/);
    expect(grade.correlationId).toBe(hopId);
    expect(grade.delivery).toEqual(
      grade.evidence === 'pending' ? null : { id: 'd'.repeat(64), traceId },
    );
  });
});
