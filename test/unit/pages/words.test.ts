import { describe, expect, it } from 'vitest';
import { parseCascadeSearch } from '../../../pages/src/cascade/search.ts';
import {
  formatAgo,
  formatClock,
  formatElapsed,
  formatSpan,
  zoneOffset,
} from '../../../pages/src/time/format.ts';
import {
  actorLabel,
  initials,
  partsOfCorrelationId,
  rowLabel,
} from '../../../pages/src/words/names.ts';
import { deliveryOutcome, traceOutcome } from '../../../pages/src/words/outcome.ts';
import {
  changeText,
  sentenceOf,
  sentenceText,
  shortChange,
} from '../../../pages/src/words/sentence.ts';
import { cascadeOf, delivery, event } from './cascades.ts';

describe('a change as a sentence', () => {
  it('says who set which column of which row', () => {
    expect(sentenceText(sentenceOf(event('e', 0)))).toBe(
      'dana@acme.io set orders #42 status pending → paid',
    );
  });

  it('counts further columns and leaves bookkeeping out', () => {
    const changes = [
      { column: 'status', old: 'pending', new: 'paid' },
      { column: 'total', old: 1, new: 2 },
      { column: 'updated_at', old: 'a', new: 'b' },
    ];
    expect(changeText(event('e', 0, { changes }))).toBe('status pending → paid, 1 more column');
    expect(shortChange(event('e', 0, { changes }))).toBe('status + 1');
  });

  it('has words for new rows, deleted rows and webhooks', () => {
    const insert = event('e', 0, {
      op: 'INSERT',
      changes: [
        { column: 'order_id', old: null, new: 'abc' },
        { column: 'recipient', old: null, new: 'k.lind@nordwind.example' },
      ],
    });
    expect(sentenceText(sentenceOf(insert))).toBe('dana@acme.io created orders #42');
    expect(shortChange(insert)).toBe('new, k.lind@nordwind.example');
    expect(changeText(event('e', 0, { op: 'DELETE', changes: [] }))).toBe('deleted');
    expect(changeText(event('e', 0, { op: null, table: null, changes: [] }))).toBe('received');
  });

  it('claims nobody where an actor was only carried over', () => {
    const actor = { kind: 'carried', value: 'dana@acme.io', name: 'dana@acme.io' } as const;
    expect(actorLabel(actor)).toBe('unknown');
    expect(sentenceOf(event('e', 0, { actor })).actor).toBe('Somebody unknown');
  });
});

describe('names', () => {
  it('leave the public schema out and cut long keys', () => {
    expect(rowLabel({ table: { schema: 'billing', name: 'refunds' }, rowKey: '19' })).toBe(
      'billing.refunds #19',
    );
    expect(rowLabel(event('e', 0, { rowKey: '9f1c22aa-7b1e-4c55-9d1e-2f8f00aa11bb' }))).toBe(
      'orders #9f1c22aa…',
    );
    expect(rowLabel({ table: null, rowKey: null, trigger: 'stripe' })).toBe('stripe');
  });

  it('take trigger and job from a correlation ID', () => {
    expect(partsOfCorrelationId('order-paid.charge.u')).toEqual({
      trigger: 'order-paid',
      job: 'charge',
    });
    expect(partsOfCorrelationId('nightly.u')).toEqual({ trigger: null, job: 'nightly' });
  });

  it('shorten people to initials', () => {
    expect([initials('dana.kovar@acme.io'), initials('jane@example.com'), initials('')]).toEqual([
      'DK',
      'JA',
      '?',
    ]);
  });
});

describe('outcomes', () => {
  it('never show a retried delivery as one that went well at once', () => {
    expect(
      deliveryOutcome(
        delivery('d', 'e', 'j', [
          [0, 1, 503],
          [2, 3],
        ]),
      ),
    ).toEqual({
      tone: 'retry',
      word: 'Delivered, attempt 2',
    });
  });

  it('show a cascade with a failure as failed even while it runs', () => {
    const { trace } = cascadeOf([], []);
    expect(traceOutcome({ ...trace, state: 'running', failed: 2 })).toEqual({
      tone: 'fail',
      word: '2 failed',
    });
    expect(traceOutcome({ ...trace, attempts: 3, deliveries: 2 })).toEqual({
      tone: 'retry',
      word: '1 retry',
    });
  });
});

describe('times', () => {
  it('have a unit and no more digits than help', () => {
    expect([0, 41, 999.6, 1_250, 15_240, 61_000, 7_500_000].map(formatSpan)).toEqual([
      '0 ms',
      '41 ms',
      '1.00 s',
      '1.25 s',
      '15.2 s',
      '1 min 1 s',
      '2 h 5 min',
    ]);
    expect(formatSpan(-12)).toBe('±12 ms');
    expect([0, 41, 14_050].map(formatElapsed)).toEqual(['0', '+41 ms', '+14.05 s']);
  });

  it('are relative for two days, never in the future', () => {
    expect([-500, 12_000, 200_000].map((ago) => formatAgo(1_000_000 - ago, 1_000_000))).toEqual([
      'just now',
      '12 s ago',
      '3 min ago',
    ]);
  });

  it('can be shown in UTC', () => {
    expect(formatClock(Date.parse('2026-11-24T14:32:07.412Z'), 'UTC')).toBe('14:32:07.412');
    expect(zoneOffset(0, 'UTC')).toBe('UTC');
  });
});

describe('the address of a cascade', () => {
  it('keeps selection and tab and drops what it does not know', () => {
    expect(parseCascadeSearch({ sel: 'd1', tab: 'attempts', view: 'pie' })).toEqual({
      sel: 'd1',
      tab: 'attempts',
    });
    expect(parseCascadeSearch({ sel: 42, tab: 'nonsense' })).toEqual({ sel: '42' });
  });
});
