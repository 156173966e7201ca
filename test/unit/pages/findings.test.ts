import { describe, expect, it } from 'vitest';
import { nodeLabel } from '../../../pages/src/cascade/describe.ts';
import { findingsOf, turnsOf } from '../../../pages/src/cascade/findings.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import type { TriggerView } from '../../../src/api/views.ts';
import { cascadeOf, causedBy, delivery, event } from './cascades.ts';

const twice = buildCascade(
  cascadeOf(
    [
      event('e1', 0),
      event('e2', 300, { cause: causedBy('d1', { evidence: 'weak', rule: 'row_and_time' }) }),
    ],
    [
      delivery('d1', 'e1', 'send-receipt', [[40, 350]]),
      delivery('d2', 'e2', 'send-receipt', [[15_640, 15_700]]),
    ],
  ),
);

describe('findings', () => {
  it('says that a job ran twice for the same row through different events', () => {
    expect(findingsOf(twice)).toMatchObject([
      {
        kind: 'repeat',
        subject: 'send-receipt ran twice',
        rest: 'for orders #42, 15.6 s apart',
        action: 'Show both',
        nodeIds: ['d1', 'd2'],
      },
    ]);
    expect(turnsOf(twice).get('d2')).toEqual({ n: 2, of: 2 });
    expect(turnsOf(twice).get('e2')).toEqual({ n: 2, of: 2 });
  });

  it('says first that a trigger fires itself, and leads to the path’s last change', () => {
    const detail = cascadeOf(
      [event('e1', 0), event('e2', 300, { cause: causedBy('d1') })],
      [delivery('d1', 'e1', 'send-receipt', [[40, 350]])],
      {
        loops: [
          {
            id: '0b7c1c1e-0000-0000-0000-000000000000',
            cascadeId: 'c',
            traceId: 'trace',
            source: 'shop',
            trigger: 'order-paid',
            table: { schema: 'public', name: 'orders' },
            times: 11,
            isCertain: true,
            eventId: 'e2',
            path: ['e1', 'other', 'e2'].map((eventId) => ({
              eventId,
              trigger: eventId === 'other' ? 'else' : 'order-paid',
              table: 'public.orders',
              rowKey: '42',
              job: null,
              evidence: null,
            })),
            foundAt: '2026-11-24T12:00:00Z',
            latestAt: '2026-11-24T12:00:00Z',
          },
        ],
      },
    );
    expect(findingsOf(buildCascade(detail), detail)[0]).toMatchObject({
      kind: 'loop',
      subject: 'order-paid fires itself',
      rest: '11 times along one path, every 30 ms',
      nodeIds: ['e1', 'e2'],
    });
  });

  it.each<[string, TriggerView['updateColumns'], string]>([
    [
      'says why: its trigger listens to every column',
      '*',
      'for orders #42, 15.6 s apart; order-paid listens to every column, and this update changed only payment_id',
    ],
    [
      'blames no trigger that listens to what it is about',
      ['payment_id'],
      'for orders #42, 15.6 s apart',
    ],
  ])('%s', (_what, updateColumns, rest) => {
    const detail = cascadeOf(
      [
        event('e1', 0),
        event('e2', 300, {
          cause: causedBy('d1'),
          trigger: 'order-paid',
          op: 'UPDATE',
          changes: ['payment_id', 'updated_at'].map((column) => ({ column, old: 1, new: 2 })),
        }),
      ],
      [
        delivery('d1', 'e1', 'send-receipt', [[40, 350]]),
        delivery('d2', 'e2', 'send-receipt', [[15_640, 15_700]]),
      ],
      { triggers: [{ source: 'shop', name: 'order-paid', updateColumns }] },
    );
    expect(findingsOf(buildCascade(detail), detail)[0]?.rest).toBe(rest);
  });

  it('does not take two rows, or two jobs, for the same', () => {
    const cascade = buildCascade(
      cascadeOf(
        [event('e1', 0), event('e2', 5, { rowKey: '43' })],
        [
          delivery('d1', 'e1', 'send-receipt', [[40, 50]]),
          delivery('d2', 'e2', 'send-receipt', [[41, 50]]),
          delivery('d3', 'e1', 'charge', [[42, 50]]),
        ],
      ),
    );
    expect(findingsOf(cascade)).toEqual([]);
    expect(turnsOf(cascade).size).toBe(0);
  });

  it('puts failed deliveries first and tells waiting ones', () => {
    const cascade = buildCascade(
      cascadeOf(
        [event('e1', 0)],
        [
          delivery('d1', 'e1', 'charge', [[40, 50, 503]], 'waiting'),
          delivery(
            'd2',
            'e1',
            'notify',
            [
              [41, 50, 500],
              [60, 70, 502],
            ],
            'failed',
          ),
        ],
      ),
    );
    expect(findingsOf(cascade).map(({ subject, rest }) => `${subject} ${rest}`)).toEqual([
      'notify failed after 2 attempts, last 502',
      'charge waits to retry, last 503',
    ]);
  });
});

describe('what is read aloud', () => {
  it('names job, outcome, run, time, cause, and a weak link earlier in its cause', () => {
    const node = twice.nodes.get('d2');
    if (node === undefined) throw new Error('d2 is not in the cascade');
    expect(nodeLabel(twice, node, { n: 2, of: 2 })).toBe(
      'send-receipt, job, delivered, run 2 of 2, 60 ms, caused by orders #42, weak link earlier in its cause',
    );
  });
});
