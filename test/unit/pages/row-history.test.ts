import { describe, expect, it } from 'vitest';
import { blameOf, chainOf, columnsOf, shownOf, writerOf } from '../../../pages/src/rows/history.ts';
import { parseRowSearch } from '../../../pages/src/rows/search.ts';
import { valuesOf, widthsOf } from '../../../pages/src/rows/values.ts';
import type { RowChangeView } from '../../../src/api/views.ts';

const dana = { kind: 'user', value: 'dana@acme.io', name: 'dana@acme.io' } as const;
let minute = 60;

/** Newest first: each is a minute older than the one before. */
function change(over: Partial<RowChangeView>): RowChangeView {
  minute -= 1;
  return {
    changeId: String(minute),
    eventId: `e${minute}`,
    op: 'UPDATE',
    createdAt: `2026-11-24T12:${String(minute).padStart(2, '0')}:00.000000Z`,
    actor: dana,
    triggers: [],
    changes: [],
    payloadKept: true,
    payloadRemovedAt: null,
    cause: null,
    because: null,
    unseen: null,
    traceId: 't',
    cascadeId: 't',
    ...over,
  };
}
const set = (column: string, old: unknown, now: unknown) => ({ column, old, new: now });
const step = (job: string, evidence: 'certain' | 'weak' = 'certain') => ({
  eventId: `of ${job}`,
  trigger: null,
  table: { schema: 'public', name: 'orders' },
  rowKey: '1',
  job,
  evidence,
});

describe('the history of a row', () => {
  it('names the job that wrote before what stands in the row', () => {
    expect(writerOf(change({}))).toEqual({ name: 'dana@acme.io', isJob: false });
    const cause = {
      evidence: 'weak',
      rule: 'row_and_time',
      reason: '',
      correlationId: null,
      deliveryId: 'd',
      job: 'charge-card',
    } as const;
    const actor = { kind: 'carried', value: 'dana@acme.io', name: 'dana@acme.io' } as const;
    expect(writerOf(change({ cause, actor }))).toEqual({ name: 'charge-card', isJob: true });
    expect(writerOf(change({ actor }))).toEqual({ name: 'unknown', isJob: false });
  });

  it('tells why in one line, with its weak links, and of a long one the ends', () => {
    const short = chainOf({ actor: dana, isWhole: true, steps: [step('a', 'weak'), step('b')] });
    expect(short.map(({ text, isWeak }) => (isWeak ? `~${text}` : text))).toEqual([
      'dana@acme.io',
      'orders #1',
      'a',
      '~orders #1',
      'b',
    ]);
    const steps = Array.from({ length: 50 }, (_, index) => step(`job${index}`));
    const long = chainOf({ actor: dana, isWhole: false, steps });
    expect(long.map(({ text }) => text)).toEqual([
      '… further up',
      'orders #1',
      'job0',
      'orders #1',
      'job1',
      '… 92 more',
      'orders #1',
      'job48',
      'orders #1',
      'job49',
    ]);
  });

  it('blames the last change of each column, and nobody where nobody saw it', () => {
    const between = { from: '2026-11-24T12:00:00Z', until: '2026-11-24T12:09:00Z' };
    const latest = change({
      changes: [set('status', 'paid', 'sent'), set('updated_by', 'a', 'b')],
    });
    const middle = change({
      changes: [set('note', null, 'x')],
      unseen: { ...between, op: 'UPDATE', changes: [set('total', 1, 2)] },
    });
    const first = change({
      op: 'INSERT',
      changes: [set('status', null, 'new'), set('total', null, 1), set('note', null, null)],
    });
    const changes = [latest, middle, first];
    expect(columnsOf(changes)).toEqual(['note', 'status', 'total', 'updated_by']);
    expect(
      blameOf(changes).map(({ column, value, change: by, between: when }) => [
        column,
        value,
        by?.eventId ?? when,
      ]),
    ).toEqual([
      ['note', 'x', middle.eventId],
      ['status', 'sent', latest.eventId],
      ['total', 2, between],
      ['updated_by', 'b', latest.eventId],
    ]);
  });

  it('doubts whatever stands below a change whose columns are not known', () => {
    const [newer, unknown, older] = [
      change({ changes: [set('a', 1, 2)] }),
      change({ payloadKept: false }),
      change({ changes: [set('b', 1, 2)] }),
    ];
    expect(
      blameOf([newer, unknown, older]).map(({ column, isDoubtful }) => [column, isDoubtful]),
    ).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('shows by column and actor what fits, and what nobody saw where nobody is asked for', () => {
    const unseen = {
      from: '2026-11-24T12:00:00Z',
      until: '2026-11-24T12:09:00Z',
      op: 'UPDATE' as const,
      changes: [set('total', 1, 2)],
    };
    const one = change({ changes: [set('status', 'a', 'b')], unseen });
    expect(shownOf(one, {})).toEqual({ isShown: true, withUnseen: true });
    expect(shownOf(one, { col: 'total' })).toEqual({ isShown: false, withUnseen: true });
    expect(shownOf(one, { col: 'status' })).toEqual({ isShown: true, withUnseen: false });
    expect(shownOf(one, { kind: 'user' })).toEqual({ isShown: true, withUnseen: false });
    expect(shownOf(one, { kind: 'unknown' })).toEqual({ isShown: false, withUnseen: true });
  });

  it('keeps in its address what is known, and drops the rest', () => {
    expect(parseRowSearch({ col: 7, kind: 'user', blame: 'true' })).toEqual({
      col: '7',
      kind: 'user',
      blame: true,
    });
    expect(parseRowSearch({ col: '', kind: 'alien', blame: 'no' })).toEqual({});
  });
});

describe('the values of a column', () => {
  it('stand from one change to the next, the oldest first', () => {
    const paid = change({ changes: [set('status', 'placed', 'paid')] });
    const other = change({ changes: [set('note', '', 'x')] });
    const created = change({ op: 'INSERT', changes: [set('status', null, 'placed')] });
    const values = valuesOf([paid, other, created], 'status');
    expect(values.map(({ value }) => value)).toEqual(['placed', 'paid']);
    expect(values[0]?.untilMs).toBe(values[1]?.fromMs);
    expect(values[1]).toMatchObject({ change: paid, untilMs: null });
    expect(valuesOf([paid, created], 'nothing')).toEqual([]);
  });

  it('begin with what the first change found, and say which one nobody saw written', () => {
    const later = change({ changes: [set('total', 9, 10)] });
    const first = change({ changes: [set('total', 1, 2)] });
    expect(
      valuesOf([later, first], 'total').map(({ value, isUnseen, fromMs }) => [
        value,
        isUnseen,
        fromMs === null,
      ]),
    ).toEqual([
      [1, false, true],
      [2, false, false],
      [9, true, true],
      [10, false, false],
    ]);
  });

  it('are as wide as they stood, and none is too narrow to be seen', () => {
    const second = change({ changes: [set('total', 1, 2)] });
    const created = change({ op: 'INSERT', changes: [set('total', null, 1)] });
    const values = valuesOf([second, created], 'total');
    const createdMs = values[0]?.fromMs ?? 0;
    const widths = widthsOf(values, createdMs + 4 * 60_000, 0.06);
    expect(widths[0]).toBeCloseTo(0.25);
    expect(widths[1]).toBeCloseTo(0.75);
    const [narrow = 0] = widthsOf(values, createdMs + 4 * 86_400_000, 0.06);
    expect(narrow).toBeGreaterThan(0.05);
  });
});
