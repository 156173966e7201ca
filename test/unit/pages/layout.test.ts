import { describe, expect, it } from 'vitest';
import { layOut } from '../../../pages/src/cascade/layout.ts';
import { nodeHeight, pitch } from '../../../pages/src/cascade/measures.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { foldThresholdMs } from '../../../pages/src/cascade/rows.ts';
import { stripBars, stripTicks, timeAt } from '../../../pages/src/cascade/strip.ts';
import type { DeliveryView, EventView } from '../../../src/api/views.ts';
import { cascadeOf, causedBy, delivery, event, openSequence, startMs } from './cascades.ts';

function layoutOf(events: EventView[], deliveries: DeliveryView[]) {
  return layOut(openSequence(buildCascade(cascadeOf(events, deliveries))));
}

const chain = {
  events: [
    event('e1', 0),
    event('e2', 300, {
      table: { schema: 'public', name: 'payments' },
      rowKey: '9',
      cause: causedBy('d1'),
    }),
  ],
  deliveries: [
    delivery('d1', 'e1', 'charge', [[40, 350]]),
    delivery('d2', 'e2', 'index', [[320, 400]]),
  ],
};

describe('the sequence diagram', () => {
  it('has a lane for the actor, then for each table and job in order of appearance', () => {
    const { lanes } = layoutOf(chain.events, chain.deliveries);
    expect(lanes.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'user dana@acme.io',
      'table orders',
      'job charge',
      'table payments',
      'job index',
    ]);
  });

  it('gives every node a row of its own, so that no arrow crosses a node', () => {
    const { nodes, arrows } = layoutOf(chain.events, chain.deliveries);
    const tops = nodes.filter(({ node }) => node.kind !== 'actor').map(({ y }) => y);
    expect(tops.toSorted((a, b) => a - b)).toEqual(tops);
    expect(tops.slice(1).every((top, index) => top - (tops[index] ?? 0) >= pitch)).toBe(true);
    for (const { cause, y } of arrows) {
      const target = nodes.find(({ node }) => node.id === cause.to);
      expect(y).toBe((target?.y ?? 0) + nodeHeight / 2);
    }
  });

  it('points an arrow to the left where an effect stands left of its cause', () => {
    const { arrows } = layoutOf(
      [event('e1', 0), event('e2', 60, { cause: causedBy('d1') })],
      [delivery('d1', 'e1', 'charge', [[40, 90]])],
    );
    const back = arrows.find(({ cause }) => cause.to === 'e2');
    expect((back?.fromX ?? 0) > (back?.toX ?? 0)).toBe(true);
  });

  it('says the rule on a weak arrow, and makes room above where the arrow is too short for it', () => {
    const weak = causedBy('d1', { evidence: 'weak', rule: 'row_and_time', reason: 'Because.' });
    const { arrows, nodes } = layoutOf(
      [event('e1', 0), event('e2', 60, { cause: weak })],
      [delivery('d1', 'e1', 'charge', [[40, 90]])],
    );
    const arrow = arrows.find(({ cause }) => cause.to === 'e2');
    expect(arrow?.caption).toMatchObject({
      text: 'weak link · matched by row and time',
      title: 'Because.',
    });
    const target = nodes.find(({ node }) => node.id === 'e2');
    expect((arrow?.caption?.y ?? 0) + 18).toBeLessThanOrEqual(target?.y ?? 0);
  });

  it('folds idle time over 400 ms or 8 % and says who was at work', () => {
    expect(foldThresholdMs(1_000)).toBe(400);
    expect(foldThresholdMs(60_000)).toBe(4_800);
    const { folds } = layoutOf(
      [event('e1', 0), event('e2', 9_000, { cause: causedBy('d1') })],
      [delivery('d1', 'e1', 'charge', [[40, 9_100]])],
    );
    expect(folds.map(({ text }) => text)).toEqual(['8.96 s folded, only charge was at work']);
  });

  it('says what was waited for when nobody was at work', () => {
    const { folds } = layoutOf(
      [event('e1', 0)],
      [
        delivery('d1', 'e1', 'charge', [
          [2_000, 2_100, 503],
          [9_000, 9_100],
        ]),
      ],
    );
    expect(folds.map(({ text }) => text)).toEqual([
      '2.00 s folded, orders #42 waited to be sent',
      '6.90 s folded, charge waited for the next attempt',
    ]);
  });

  it('draws each attempt of a retried delivery on the lifeline with the back-off between', () => {
    const { attempts, bars, backOffs } = layoutOf(
      [event('e1', 0)],
      [
        delivery('d1', 'e1', 'charge', [
          [40, 90, 504],
          [200, 260],
        ]),
      ],
    );
    expect(attempts.map(({ text, tone }) => `${tone} ${text}`)).toEqual([
      'fail attempt 1 · 504',
      'ok attempt 2 · 200',
    ]);
    const [failed, delivered] = bars.filter(({ look }) => look !== 'work');
    expect(failed?.look).toBe('fail');
    expect(delivered?.look).toBe('ok');
    expect((failed?.bottom ?? 0) < (delivered?.top ?? 0)).toBe(true);
    expect(backOffs).toHaveLength(1);
  });

  it('shows a delivery that waits with dots after its last attempt', () => {
    const { backOffs } = layoutOf(
      [event('e1', 0)],
      [delivery('d1', 'e1', 'charge', [[40, 90, 504]], 'waiting')],
    );
    expect(backOffs).toHaveLength(1);
  });

  it('does not move what is there when something comes after it, however late', () => {
    const late = event('e3', 60_000, { rowKey: '10', cause: causedBy('d2') });
    // Waiting 470 ms is folded, and stays so when it has become a small part of the whole.
    const events = [...chain.events, event('e0', 770, { rowKey: '8', cause: causedBy('d1') })];
    const before = layoutOf(events, chain.deliveries);
    expect(before.folds).toHaveLength(1);
    const after = layoutOf([...events, late], chain.deliveries);
    expect(after.folds).toHaveLength(2);
    for (const { node, x, y } of before.nodes) {
      expect(after.nodes.find((placed) => placed.node.id === node.id)).toMatchObject({ x, y });
    }
  });

  it('places every node and arrow of 10,000 deliveries', () => {
    const events: EventView[] = [];
    const deliveries: DeliveryView[] = [];
    for (let index = 0; index < 10_000; index++) {
      const cause = index === 0 ? null : causedBy(`d${Math.floor((index - 1) / 3)}`);
      events.push(event(`e${index}`, index * 10, { rowKey: String(index), cause }));
      deliveries.push(
        delivery(`d${index}`, `e${index}`, `job-${index % 7}`, [[index * 10 + 2, index * 10 + 8]]),
      );
    }
    const { nodes, arrows, lanes } = layoutOf(events, deliveries);
    expect(nodes).toHaveLength(20_001);
    expect(arrows).toHaveLength(20_000);
    expect(lanes).toHaveLength(9);
  });

  it('has an empty cascade too', () => {
    expect(layoutOf([], [])).toMatchObject({ nodes: [], arrows: [], lanes: [] });
  });
});

describe('the strip of real time', () => {
  const sequence = openSequence(
    buildCascade(
      cascadeOf(
        [event('e1', 0)],
        [delivery('d1', 'e1', 'a', [[0, 500]]), delivery('d2', 'e1', 'b', [[250, 1_000]])],
      ),
    ),
  );

  it('draws attempts linearly and puts what overlaps on different lines', () => {
    expect(stripBars(sequence)).toMatchObject([
      { nodeId: 'd1', from: 0, to: 0.5, line: 0 },
      { nodeId: 'd2', from: 0.25, to: 1, line: 1 },
    ]);
  });

  it('has a handful of round ticks', () => {
    expect(stripTicks(16_050).map(({ text }) => text)).toEqual(['0', '5 s', '10 s', '15 s']);
    expect(stripTicks(0)).toEqual([{ share: 0, text: '0' }]);
  });

  it('finds the moment that stands at a height', () => {
    const { moments } = layOut(sequence);
    const first = moments[0];
    const last = moments.at(-1);
    expect(timeAt(moments, -100)).toBe(startMs);
    expect(timeAt(moments, last?.y ?? 0)).toBe(last?.atMs);
    expect(timeAt(moments, ((first?.y ?? 0) + (last?.y ?? 0)) / 2)).toBeGreaterThanOrEqual(startMs);
  });
});
