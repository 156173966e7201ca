import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../../pages/src/cascade/anchor.ts';
import { createDrawer } from '../../../pages/src/cascade/drawn.ts';
import { moveSelection } from '../../../pages/src/cascade/keyboard.ts';
import { laneCount, layOut, type Layout } from '../../../pages/src/cascade/layout.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { standInOf, type Sequence } from '../../../pages/src/cascade/sequence.ts';
import { foundBelow } from '../../../pages/src/tree/holders.ts';
import { rowIdOf, rowOf } from '../../../pages/src/tree/rows.ts';
import { buildTree, type CascadeTree } from '../../../pages/src/tree/tree.ts';
import type { LinkView } from '../../../src/api/views.ts';
import { cascadeOf, causedBy, delivery, event, groupRows, sequenceWith } from './cascades.ts';

interface FanOut {
  size: number;
  failing?: number[];
  retried?: number[];
  causes?: (index: number) => Partial<LinkView>;
}

/** One write whose job writes `size` rows of stock, each sent to a job of its own. */
function fanOut({ size, failing = [], retried = [], causes = () => ({}) }: FanOut): CascadeTree {
  const indexes = Array.from({ length: size }, (_, index) => index);
  const spans = (index: number): [number, number, number?][] => {
    const at = 1_000 + 100 * index;
    if (failing.includes(index)) return [[at, at + 50, 503]];
    if (!retried.includes(index)) return [[at, at + 50]];
    return [
      [at, at + 20, 503],
      [at + 30, at + 60],
    ];
  };
  const stock = { schema: 'public', name: 'stock' };
  const events = indexes.map((index) =>
    event(`e${index}`, 900 + 100 * index, {
      table: stock,
      trigger: 'stock_changed',
      rowKey: String(index),
      cause: causedBy('d', causes(index)),
    }),
  );
  const deliveries = indexes.map((index) =>
    delivery(
      `d${index}`,
      `e${index}`,
      'refresh',
      spans(index),
      failing.includes(index) ? 'dead' : 'delivered',
    ),
  );
  return buildTree(
    buildCascade(
      cascadeOf(
        [event('e', 0), ...events],
        [delivery('d', 'e', 'sync', [[10, 90]]), ...deliveries],
      ),
    ),
  );
}

const ids = ({ order }: Sequence): string[] => order.map(({ node }) => node.id);
const kinds = ({ order }: Sequence): string[] => order.map(({ node }) => node.kind);

function onlyGroup(sequence: Sequence): { row: number; id: string; hash: number } {
  const [row = -1] = groupRows(sequence);
  const hash = sequence.outline.groups[sequence.outline.item[row] ?? -1]?.hash ?? 0;
  return { row, id: rowIdOf(sequence.tree, sequence.outline, row), hash };
}

/** What its group shows. */
const drawnGroup = (tree: CascadeTree, hits: number[] = []) => {
  const sequence = sequenceWith(tree);
  const drawn = createDrawer({ sequence, turns: new Map(), hits: new Set(hits) });
  return drawn(layOut(sequence).nodes).find(({ type }) => type === 'group')?.data;
};

const weak = { evidence: 'weak', rule: 'row_and_time' } as const;
const captions = (causes: FanOut['causes']) =>
  layOut(sequenceWith(fanOut({ size: 6, ...(causes && { causes }) }))).arrows.map(
    ({ cause, caption }) => `${cause.evidence} ${caption?.text ?? ''}`,
  );

const look = (from: Layout, to: Sequence, y: number, first: (string | null)[]) =>
  anchorOf({
    before: from,
    now: layOut(to),
    view: { y, zoom: 1 },
    screenHeight: 600,
    first,
    standIn: (node) => standInOf(to, node),
  });

describe('the groups of a sequence', () => {
  it('stand on the lifeline of what they hold, where the first of it stood, with one arrow', () => {
    const tree = fanOut({ size: 12 });
    const sequence = sequenceWith(tree);
    expect(kinds(sequence)).toEqual(['actor', 'change', 'hop', 'group']);
    const layout = layOut(sequence);
    expect(layout.lanes.map(({ name }) => name)).toEqual([
      'dana@acme.io',
      'orders',
      'sync',
      'stock',
    ]);
    const group = layout.nodes.at(-1);
    expect(group).toMatchObject({ lane: 3, elapsedMs: 900 });
    expect(layout.arrows.filter(({ cause }) => cause.to === group?.node.id)).toHaveLength(1);
    expect(laneCount(tree, sequence.outline)).toBe(4);
    expect(laneCount(tree, null)).toBe(5);
    // Whoever asks whether there is room for two needs no more than that there are three.
    expect(laneCount(tree, null, 2)).toBe(3);
  });

  it('say how many there are, how the worst fared in words, and how many attempts it took', () => {
    const retried = fanOut({ size: 12, retried: [2, 5] });
    expect(drawnGroup(retried, [retried.indexOf.get('d7') ?? -1])).toMatchObject({
      count: '12 ×',
      worst: '2 retried below',
      detail: '12 below',
      tone: 'retry',
      found: '1 found',
      turnName: 'Open 12 × stock',
      label: '12 × stock, group, 12 changes, 2 retried below, 1 found, 12 nodes below',
    });
    expect(drawnGroup(fanOut({ size: 12 }))).toMatchObject({ worst: 'all delivered', tone: 'ok' });
    const hops = buildTree(
      buildCascade(
        cascadeOf(
          [event('e', 0)],
          Array.from({ length: 6 }, (_, index) =>
            delivery(
              `d${index}`,
              'e',
              'send',
              index === 3
                ? [
                    [10, 20, 503],
                    [30, 40],
                  ]
                : [[10, 20]],
            ),
          ),
        ),
      ),
    );
    expect(drawnGroup(hops)).toMatchObject({
      worst: '1 retried',
      detail: '7 attempts',
      shares: [
        { tone: 'retry', count: 1 },
        { tone: 'ok', count: 5 },
      ],
    });
  });

  it('open in place, page by page, and say how many are left', () => {
    const tree = fanOut({ size: 120 });
    const { hash } = onlyGroup(sequenceWith(tree));
    const open = sequenceWith(tree, { open: [[hash, 1]] });
    expect(kinds(open).filter((kind) => kind === 'change')).toHaveLength(51);
    expect(kinds(open).filter((kind) => kind === 'more')).toHaveLength(1);
    // Of members that fared alike the first come first, so the rest is to come after them.
    const place = kinds(open).indexOf('more');
    expect(open.order[place - 1]?.node.id).toBe('e49');
    expect(open.hidden.get(onlyGroup(open).id)?.count).toBe(140);
    const all = sequenceWith(tree, { open: [[hash, 3]] });
    expect(kinds(all)).not.toContain('more');
    expect(all.hidden.size).toBe(0);
  });

  it('lift out what failed and what is selected, each with the arrow of its own cause', () => {
    const tree = fanOut({ size: 12, failing: [4] });
    const sequence = sequenceWith(tree, { selected: tree.indexOf.get('d9') ?? -1 });
    expect(ids(sequence).slice(3)).toEqual([onlyGroup(sequence).id, 'e4', 'd4', 'e9', 'd9']);
    expect(sequence.causeOf.get('e9')?.from).toBe('d');
    expect(sequence.causeOf.get('d9')?.from).toBe('e9');
  });

  it('draw their arrow as uncertain as the least certain of their links, and say how many', () => {
    expect(captions(undefined).at(-1)).toBe('certain ');
    expect(captions(() => weak).at(-1)).toBe('weak weak link · matched by row and time');
    expect(captions((index) => (index === 2 ? weak : {})).at(-1)).toBe('weak 1 of 6 links weak');
  });

  it('are at work as long as anything that they hide', () => {
    const tree = fanOut({ size: 12 });
    const later = buildTree(
      buildCascade({
        ...cascadeOf(
          [
            ...tree.nodes.flatMap((node) => (node.kind === 'change' ? node.events : [])),
            event('late', 4_000, { rowKey: '7' }),
          ],
          tree.nodes.flatMap((node) => (node.kind === 'hop' ? [node.delivery] : [])),
        ),
      }),
    );
    const sequence = sequenceWith(later);
    const { bars, folds } = layOut(sequence);
    const bar = bars.find(({ id }) => id === onlyGroup(sequence).id);
    expect(bar?.bottom).toBeGreaterThan(bar?.top ?? Infinity);
    expect(folds.map(({ text }) => text)).toContain(
      '3.10 s folded, refresh was at work in what is grouped',
    );
  });

  it('tell which of them hold what a search found', () => {
    const tree = fanOut({ size: 12, failing: [4] });
    const { outline, holders } = sequenceWith(tree);
    const hits = ['d1', 'd2', 'e2', 'd4'].map((id) => tree.indexOf.get(id) ?? -1);
    expect([...foundBelow(outline, holders, hits)]).toEqual([
      [onlyGroup(sequenceWith(tree)).row, 3],
    ]);
  });
});

describe('the keys of a sequence', () => {
  const tree = fanOut({ size: 12 });
  const closed = sequenceWith(tree);
  const { id, row, hash } = onlyGroup(closed);
  const open = sequenceWith(tree, { open: [[hash, 1]] });
  const move = (sequence: Sequence, from: string | null, key: string) =>
    moveSelection(sequence, rowOf(tree, sequence.outline, from), key);

  it('go up and down in time, left to the cause and right to the effect', () => {
    expect(move(closed, null, 'ArrowDown')).toEqual({ select: 'actor-user-dana@acme.io' });
    expect(move(closed, 'e', 'ArrowDown')).toEqual({ select: 'd' });
    expect(move(closed, 'e', 'ArrowUp')).toEqual({ select: 'actor-user-dana@acme.io' });
    expect(move(closed, 'd', 'ArrowLeft')).toEqual({ select: 'e' });
    expect(move(closed, 'd', 'ArrowRight')).toEqual({ select: id });
    expect(move(closed, id, 'ArrowDown')).toEqual({ select: id });
    expect(move(closed, 'e', 'End')).toEqual({ select: id });
    expect(move(closed, 'e', 'x')).toBeNull();
  });

  it('open a group, go into it, and fold it again', () => {
    expect(move(closed, id, 'ArrowRight')).toEqual({ turn: row });
    expect(move(closed, id, ' ')).toEqual({ turn: row });
    expect(move(closed, id, 'ArrowLeft')).toEqual({ select: 'd' });
    expect(move(open, id, 'ArrowRight')).toEqual({ select: 'e0' });
    expect(move(open, 'e0', 'ArrowDown')).toEqual({ select: 'e1' });
    expect(move(open, 'e0', 'ArrowLeft')).toEqual({ select: id });
    expect(move(open, 'e0', ']')).toEqual({ select: 'e1' });
    expect(move(open, id, 'ArrowLeft')).toEqual({ turn: row });
    expect(move(open, 'd0', ' ')).toBeNull();
  });
});

describe('what is read', () => {
  const tree = fanOut({ size: 120, failing: [3] });
  const closed = sequenceWith(tree);
  const { id, hash } = onlyGroup(closed);
  const open = sequenceWith(tree, { open: [[hash, 1]] });
  const [before, after] = [layOut(closed), layOut(open)];

  it('is what somebody turned or selected, where it is in sight, else the topmost', () => {
    expect(look(before, open, 0, [id, 'd'])?.before.node.id).toBe(id);
    expect(look(before, open, 0, [null, 'd'])?.before.node.id).toBe('d');
    expect(look(before, open, -30, [null, null])?.before.node.id).toBe('d');
    expect(look(before, open, -20_000, [id, null])).toBeNull();
  });

  it('is the group where what was read has been folded into it', () => {
    const e40 = after.nodes.find(({ node }) => node.id === 'e40');
    const anchor = look(after, closed, -(e40?.y ?? 0), [null, null]);
    expect(anchor?.before.node.id).toBe('e40');
    expect(anchor?.now.node.id).toBe(id);
  });

  it('keeps its place where a group opens below it', () => {
    const anchor = look(before, open, 0, [id, null]);
    expect([anchor?.now.x, anchor?.now.y]).toEqual([anchor?.before.x, anchor?.before.y]);
  });
});
