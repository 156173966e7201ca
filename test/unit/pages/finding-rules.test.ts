import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingsFor, findingsOf } from '../../../pages/src/cascade/findings.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { cascadeOf, causedBy, delivery, event } from './cascades.ts';

type Events = Parameters<typeof cascadeOf>[0];
type Deliveries = Parameters<typeof cascadeOf>[1];

function built(events: Events, deliveries: Deliveries) {
  return buildCascade(cascadeOf(events, deliveries));
}

function found(events: Events, deliveries: Deliveries) {
  return findingsOf(built(events, deliveries));
}

describe('one retry or wait that took most of the time', () => {
  it('is told with its share: the retry', () => {
    const spans: [number, number, number?][] = [
      [0, 1000, 503],
      [1300, 10_000],
    ];
    expect(found([event('e1', 0)], [delivery('d1', 'e1', 'charge', spans)])).toMatchObject([
      {
        kind: 'dominant',
        subject: '87 % in one retry',
        rest: 'of charge: 8.70 s of 10.0 s',
        nodeIds: ['d1'],
      },
    ]);
  });

  it('is told with its share: the wait before it', () => {
    const spans: [number, number, number?][] = [
      [0, 1000, 503],
      [9000, 10_000],
    ];
    expect(found([event('e1', 0)], [delivery('d1', 'e1', 'charge', spans)])).toMatchObject([
      { kind: 'dominant', subject: '80 % in one wait' },
    ]);
  });

  it('counts of a retry only what lies within the cascade, where clocks differ', () => {
    const spans: [number, number, number?][] = [
      [0, 900, 503],
      [900, 3000],
    ];
    expect(
      found([event('e1', 1000)], [delivery('d1', 'e1', 'charge', spans)]).filter(
        ({ kind }) => kind === 'dominant',
      ),
    ).toMatchObject([{ subject: '100 % in one retry', rest: 'of charge: 2.00 s of 2.00 s' }]);
  });

  it.each<[string, Deliveries]>([
    ['a long first attempt', [delivery('d1', 'e1', 'charge', [[0, 10_000]])]],
    [
      'less than half',
      [
        delivery('d1', 'e1', 'charge', [
          [0, 5000, 503],
          [5001, 9900],
        ]),
      ],
    ],
    [
      'less than a second in all',
      [
        delivery('d1', 'e1', 'charge', [
          [0, 10, 503],
          [20, 900],
        ]),
      ],
    ],
    [
      'a cascade that still runs',
      [
        delivery('d1', 'e1', 'charge', [
          [0, 10, 503],
          [20, 9000],
        ]),
        delivery('d2', 'e1', 'notify', [[0, null]], 'running'),
      ],
    ],
  ])('is not %s', (_what, deliveries) => {
    expect(found([event('e1', 0)], deliveries)).toEqual([]);
  });
});

/** A change at `ms`, caused by a delivery that began at 100 ms. */
function withEffectAt(ms: number) {
  return found(
    [event('e1', 0), event('e2', ms, { rowKey: '7', cause: causedBy('d1') })],
    [delivery('d1', 'e1', 'charge', [[100, 150]]), delivery('d2', 'e2', 'ship', [[160, 170]])],
  );
}

describe('an effect before its cause', () => {
  it('is told from more than 5 ms on, with both nodes', () => {
    expect(withEffectAt(94)).toMatchObject([
      { kind: 'clock', subject: '1 step lies before its cause', nodeIds: ['d1', 'e2'] },
    ]);
    expect(withEffectAt(94)[0]?.rest).toContain('by 6 ms');
    expect(withEffectAt(95)).toEqual([]);
  });
});

describe('an event that reached the edge and was delivered nowhere', () => {
  it('is told by its trigger, also where another trigger of the same change was delivered', () => {
    const events = [
      event('e1', 0, { changeId: 'one' }),
      event('e2', 0, { changeId: 'one', trigger: 'order_audit' }),
    ];
    expect(found(events, [delivery('d1', 'e1', 'charge', [[10, 20]])])).toMatchObject([
      { kind: 'undelivered', subject: 'order_audit was delivered nowhere', nodeIds: ['e1'] },
    ]);
  });

  it('is not claimed of one that never arrived, or while anything is under way', () => {
    expect(found([event('e1', 0, { arrivals: 0 })], [])).toEqual([]);
    const running = [delivery('d1', 'e1', 'charge', [[10, null]], 'running')];
    expect(found([event('e1', 0), event('e2', 1, { rowKey: '7' })], running)).toEqual([]);
  });
});

describe('a weak link on the way to the selection', () => {
  const cascade = built(
    [
      event('e1', 0),
      event('e2', 300, {
        rowKey: '7',
        cause: causedBy('d1', { evidence: 'weak', reason: 'Same row within 190 ms.' }),
      }),
    ],
    [delivery('d1', 'e1', 'charge', [[40, 350]]), delivery('d2', 'e2', 'ship', [[360, 370]])],
  );

  it('is told with its rule where the selection lies below it, and only there', () => {
    expect(findingsFor(cascade, [], 'd2')).toMatchObject([
      {
        kind: 'weak_path',
        rest: 'on the way to what is selected: Same row within 190 ms.',
        nodeIds: ['e2'],
      },
    ]);
    expect(findingsFor(cascade, [], 'd1')).toEqual([]);
    expect(findingsFor(cascade, [], null)).toEqual([]);
    expect(findingsFor(cascade, [], 'not-there')).toEqual([]);
  });

  it('keeps a place among five', () => {
    const many = Array.from({ length: 9 }, (_, n) => ({
      key: String(n),
      tone: 'fail',
      kind: 'failed',
      subject: '',
      rest: '',
      action: '',
      nodeIds: ['d1'],
    })) as ReturnType<typeof findingsOf>;
    expect(findingsFor(cascade, many, 'd2').map(({ key }) => key)).toEqual([
      '0',
      '1',
      '2',
      '3',
      'weak-path',
    ]);
    expect(findingsFor(cascade, many, 'd1')).toHaveLength(5);
  });
});

describe('a delivery that did not succeed', () => {
  it('is a dead letter told with the error where no status came', () => {
    const dead = delivery('d1', 'e1', 'charge', [[10, 20, 503]], 'dead');
    const attempts = dead.attempts.map((each) => ({
      ...each,
      status: null,
      outcome: 'unreachable' as const,
      error: 'connection refused',
    }));
    expect(found([event('e1', 0)], [{ ...dead, attempts }])).toMatchObject([
      {
        kind: 'failed',
        subject: 'charge',
        rest: 'was given up after 1 attempt, last unreachable: connection refused',
        nodeIds: ['d1'],
      },
    ]);
  });

  it('is one finding with all that failed alike, so that it hides nothing else', () => {
    const dead = [1, 2, 3, 4, 5, 6].map((n) =>
      delivery(`d${n}`, 'e1', 'charge', [[10, 20, 503]], 'dead'),
    );
    const other = delivery('d7', 'e1', 'notify', [[10, 20, 500]], 'dead');
    expect(found([event('e1', 0)], [...dead, other])).toMatchObject([
      { subject: 'charge (6 deliveries)', nodeIds: ['d1', 'd2', 'd3', 'd4', 'd5', 'd6'] },
      { subject: 'notify', nodeIds: ['d7'] },
    ]);
  });
});

/** Each event but the first is caused by some earlier delivery, or by nothing. */
const trees = fc
  .array(
    fc.record({
      parent: fc.nat(),
      ms: fc.integer({ min: -50, max: 20_000 }),
      rowKey: fc.constantFrom('1', '2', '3'),
      evidence: fc.constantFrom('certain' as const, 'weak' as const),
      jobs: fc.array(
        fc.record({
          job: fc.constantFrom('charge', 'ship', 'notify'),
          state: fc.constantFrom(
            ...(['delivered', 'failed', 'dead', 'waiting', 'running'] as const),
          ),
          spans: fc.array(fc.tuple(fc.nat(5000), fc.constantFrom(200, 503)), { maxLength: 3 }),
        }),
        { maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((raw) => {
    const events: Events = [];
    const deliveries: Deliveries = [];
    raw.forEach(({ parent, ms, rowKey, evidence, jobs }, index) => {
      const by = deliveries.length === 0 ? null : deliveries[parent % deliveries.length];
      const cause = by == null || parent % 5 === 0 ? null : causedBy(by.id, { evidence });
      events.push(event(`e${index}`, ms, { rowKey, cause }));
      jobs.forEach(({ job, state, spans }, n) => {
        let from = ms;
        const timed = spans.map(([length, status]): [number, number, number] => {
          from += length;
          return [from, from + length, status];
        });
        deliveries.push(delivery(`e${index}-d${n}`, `e${index}`, job, timed, state));
      });
    });
    return { events, deliveries };
  });

const severity = ['loop', 'failed', 'undelivered', 'repeat', 'dominant', 'waiting', 'clock'];

describe('whatever the tree', () => {
  it('every finding selects nodes that are there, once each, and has a key of its own', () => {
    fc.assert(
      fc.property(trees, fc.nat(), ({ events, deliveries }, pick) => {
        const cascade = built(events, deliveries);
        const all = findingsOf(cascade);
        const ids = [...cascade.nodes.keys()];
        const shown = findingsFor(cascade, all, ids[pick % ids.length] ?? null);
        expect(shown.length).toBeLessThanOrEqual(5);
        for (const { nodeIds } of [...all, ...shown]) {
          expect(nodeIds.length).toBeGreaterThan(0);
          expect(new Set(nodeIds).size).toBe(nodeIds.length);
          for (const id of nodeIds) expect(cascade.nodes.has(id)).toBe(true);
        }
        expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
        const ranks = all.map(({ kind }) => severity.indexOf(kind));
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
      }),
    );
  });

  it('every failed, dead and waiting delivery is in exactly one finding of its kind', () => {
    fc.assert(
      fc.property(trees, ({ events, deliveries }) => {
        const told = found(events, deliveries)
          .filter(({ kind }) => kind === 'failed' || kind === 'waiting')
          .flatMap(({ nodeIds }) => nodeIds);
        const troubled = deliveries
          .filter(({ state }) => ['failed', 'dead', 'waiting'].includes(state))
          .map(({ id }) => id);
        expect(told.toSorted()).toEqual(troubled.toSorted());
      }),
    );
  });

  it('no share is above 100 %', () => {
    fc.assert(
      fc.property(trees, ({ events, deliveries }) => {
        const shares = found(events, deliveries)
          .filter(({ kind }) => kind === 'dominant')
          .map(({ subject }) => Number.parseInt(subject, 10));
        expect(shares.filter((share) => !(share >= 50 && share <= 100))).toEqual([]);
      }),
    );
  });
});
