import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { benchCascade } from '../../../bench/dashboard/cascade.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { criticalPathOf } from '../../../pages/src/tree/critical-path.ts';
import {
  folds,
  isSameOutline,
  outlineOf,
  pageSize,
  rowKinds,
  type Outline,
  type OutlineRequest,
} from '../../../pages/src/tree/outline.ts';
import { placeTree } from '../../../pages/src/tree/place.ts';
import { groupById, nextOf, rowIdOf, rowOf, stepFrom } from '../../../pages/src/tree/rows.ts';
import { hashText, parseHash } from '../../../pages/src/tree/short-hash.ts';
import { buildTree, pathOf, withCauses, type CascadeTree } from '../../../pages/src/tree/tree.ts';
import type { DeliveryView, EventView } from '../../../src/api/views.ts';
import { cascadeOf, causedBy, delivery, event, nothing, openOutline } from './cascades.ts';

function treeOf(events: EventView[], deliveries: DeliveryView[]): CascadeTree {
  return buildTree(buildCascade(cascadeOf(events, deliveries)));
}

function rowsOf(tree: CascadeTree, request: Partial<OutlineRequest> = {}): Outline {
  return outlineOf(tree.arrays, { ...nothing, ...request });
}

/** "2 e1" for a node, "3 [12]" for a group of 12, "4 +8" for 8 more. */
function told(tree: CascadeTree, outline: Outline): string[] {
  return Array.from({ length: outline.count }, (_, row) => {
    const item = outline.item[row] ?? -1;
    const group = outline.groups[item];
    const text =
      outline.kind[row] === rowKinds.node
        ? tree.nodes[item]?.id
        : outline.kind[row] === rowKinds.group
          ? `[${group?.members.length}]`
          : `+${(group?.members.length ?? 0) - (group?.shown ?? 0)}`;
    return `${outline.level[row]} ${text}`;
  });
}

/** One write whose job writes `size` rows, each sent to a job of its own; `failing` of those give up. */
function fanOut(size: number, failing: number[] = []): CascadeTree {
  const indexes = Array.from({ length: size }, (_, index) => index);
  return treeOf(
    [
      event('e', 0),
      ...indexes.map((index) =>
        event(`e${index}`, 100 + index, {
          table: { schema: 'public', name: 'stock' },
          trigger: 'stock_changed',
          rowKey: String(index),
          cause: causedBy('d'),
        }),
      ),
    ],
    [
      delivery('d', 'e', 'sync', [[10, 90]]),
      ...indexes.map((index) =>
        failing.includes(index)
          ? delivery(`d${index}`, `e${index}`, 'refresh', [[200 + index, 300, 503]], 'dead')
          : delivery(`d${index}`, `e${index}`, 'refresh', [[200 + index, 210 + 2 * index]]),
      ),
    ],
  );
}

const indexIn = (tree: CascadeTree, id: string): number => tree.indexOf.get(id) ?? -1;

describe('the tree of a cascade', () => {
  it('has every cause before its effects, and adds up what is below', () => {
    const tree = fanOut(3, [1]);
    const { parent, below, failures } = tree.arrays;
    for (const [index, cause] of parent.entries()) expect(cause).toBeLessThan(index);
    expect(below[0]).toBe(tree.arrays.count - 1);
    expect(failures[indexIn(tree, 'd')]).toBe(1);
    expect(failures[indexIn(tree, 'e0')]).toBe(0);
  });

  it('gives a node that nothing caused no parent, and takes an empty cascade', () => {
    const tree = fanOut(1);
    expect([...tree.arrays.roots].map((index) => tree.nodes[index]?.kind)).toEqual(['actor']);
    expect(rowsOf(treeOf([], [])).count).toBe(0);
    expect(placeTree(rowsOf(treeOf([], []))).lines).toBe(0);
    expect(criticalPathOf(treeOf([], [])).parts.size).toBe(0);
  });

  it('keeps what led to a problem when everything else is left out', () => {
    const tree = fanOut(8, [3]);
    const keep = withCauses(tree.arrays, [indexIn(tree, 'd3')]);
    expect(told(tree, rowsOf(tree, { keep }))).toEqual([
      '1 actor-user-dana@acme.io',
      '2 e',
      '3 d',
      '4 e3',
      '5 d3',
    ]);
  });

  it('has of a path what caused the node and what it caused, and nothing beside', () => {
    const tree = fanOut(3);
    const keep = pathOf(tree.arrays, indexIn(tree, 'e1'));
    const kept = tree.nodes.filter((_, index) => keep[index] === 1).map(({ id }) => id);
    expect(kept).toEqual(['actor-user-dana@acme.io', 'e', 'd', 'e1', 'd1']);
  });
});

describe('the rows of a tree', () => {
  it('stand in the order of the tree, with level, place and size', () => {
    const tree = fanOut(2);
    const outline = rowsOf(tree);
    expect(told(tree, outline).slice(2)).toEqual(['3 d', '4 e0', '5 d0', '4 e1', '5 d1']);
    expect([...outline.place].slice(3)).toEqual([1, 1, 2, 1]);
    expect([...outline.size].slice(3)).toEqual([2, 1, 2, 1]);
  });

  it('fold four of a kind never, five into a group', () => {
    const four = fanOut(4);
    expect(rowsOf(four).groups).toEqual([]);
    const five = fanOut(5);
    expect(told(five, rowsOf(five)).slice(2)).toEqual(['3 d', '4 [5]']);
  });

  it('say of a group how many went how, and how long they took', () => {
    const tree = fanOut(
      12,
      Array.from({ length: 12 }, (_, index) => index),
    );
    const [group] = rowsOf(tree).groups;
    expect(group?.members).toHaveLength(12);
    expect(group?.worst).toBe(0);
    expect(group?.counts[0]).toBe(12);
    const hops = treeOf(
      [event('e', 0)],
      [10, 30, 20, 50, 40].map((took, index) =>
        delivery(`d${index}`, 'e', 'send', [[index, index + took]]),
      ),
    );
    const [ofHops] = rowsOf(hops).groups;
    expect(ofHops).toMatchObject({ minMs: 10, medianMs: 30, maxMs: 50, totalMs: 150, fromMs: 0 });
    expect([...(ofHops?.members ?? [])].map((index) => hops.nodes[index]?.id)).toEqual([
      'd3',
      'd4',
      'd1',
      'd2',
      'd0',
    ]);
  });

  it('lift failures out of a group, unless there are many: those form a group of their own', () => {
    const few = fanOut(20, [3, 7]);
    expect(told(few, rowsOf(few)).slice(2)).toEqual([
      '3 d',
      '4 [18]',
      '4 e3',
      '5 d3',
      '4 e7',
      '5 d7',
    ]);
    const many = fanOut(
      40,
      Array.from({ length: 15 }, (_, index) => index),
    );
    expect(told(many, rowsOf(many)).slice(2)).toEqual(['3 d', '4 [15]', '4 [25]']);
  });

  it('show the selection and what led to it beside a closed group', () => {
    const tree = fanOut(9);
    const outline = rowsOf(tree, { selected: indexIn(tree, 'd4') });
    expect(told(tree, outline).slice(2)).toEqual(['3 d', '4 [9]', '4 e4', '5 d4']);
  });

  it('open a group in place, a page at a time, and leave the selection where it is shown', () => {
    const tree = fanOut(120);
    const hash = rowsOf(tree).groups[0]?.hash ?? 0;
    const first = rowsOf(tree, { open: [[hash, 1]] });
    expect(told(tree, first).filter((text) => text.startsWith('5 e'))).toHaveLength(pageSize);
    expect(told(tree, first).at(-1)).toBe('5 +70');
    // What is read aloud of it: the last of all, however many are shown.
    expect([first.place.at(-1), first.size.at(-1)]).toEqual([120, 120]);
    const id = first.groups[0]?.members[10] ?? -1;
    expect(rowsOf(tree, { open: [[hash, 1]], selected: id }).count).toBe(first.count);
    const all = rowsOf(tree, { open: [[hash, 3]] });
    expect(told(tree, all).filter((text) => text.startsWith('5 e'))).toHaveLength(120);
    expect(told(tree, all).some((text) => text.includes('+'))).toBe(false);
  });

  it('hide what is below a folded node, but never the selection', () => {
    const tree = fanOut(3);
    const folded = [tree.arrays.idHash[indexIn(tree, 'd')] ?? 0];
    expect(told(tree, rowsOf(tree, { folded })).at(-1)).toBe('3 d');
    expect(rowsOf(tree, { folded }).fold[2]).toBe(folds.folded);
    const selected = indexIn(tree, 'd1');
    expect(told(tree, rowsOf(tree, { folded, selected }))).toContain('5 d1');
    expect(told(tree, rowsOf(tree, { folded, selected: indexIn(tree, 'd') })).at(-1)).toBe('3 d');
  });

  it('have names that lead back to them, also for groups', () => {
    const tree = fanOut(60);
    const hash = rowsOf(tree).groups[0]?.hash ?? 0;
    const outline = rowsOf(tree, { open: [[hash, 1]] });
    for (let row = 0; row < outline.count; row++) {
      expect(rowOf(tree, outline, rowIdOf(tree, outline, row))).toBe(row);
    }
    expect(groupById(outline, `group-${hashText(hash)}`)?.members).toHaveLength(60);
    expect(rowOf(tree, outline, 'group-zzz')).toBe(-1);
    expect(rowOf(tree, outline, 'nobody')).toBe(-1);
    expect(parseHash('../etc')).toBeNull();
    expect(parseHash('zzzzzzz')).toBeNull();
  });

  it('are left by keys: to the cause, the first effect, the sibling, the fold', () => {
    const tree = fanOut(6);
    const closed = rowsOf(tree);
    const group = closed.count - 1;
    expect(stepFrom(closed, group, 'ArrowRight')).toEqual({ turn: group });
    expect(stepFrom(closed, group, 'ArrowLeft')).toEqual({ to: 2 });
    expect(stepFrom(closed, 0, 'ArrowLeft')).toBeNull();
    const hash = closed.groups[0]?.hash ?? 0;
    const open = rowsOf(tree, { open: [[hash, 1]] });
    expect(stepFrom(open, group, 'ArrowLeft')).toEqual({ turn: group });
    expect(stepFrom(open, group + 1, ']')).toEqual({ to: group + 3 });
    expect(stepFrom(open, group + 3, '[')).toEqual({ to: group + 1 });
    expect(stepFrom(open, group + 1, '[')).toBeNull();
    expect(stepFrom(open, 2, ' ')).toEqual({ turn: 2 });
    expect(stepFrom(open, -1, 'ArrowDown')).toEqual({ to: 0 });
    expect(stepFrom(open, open.count - 1, 'ArrowDown')).toEqual({ to: open.count - 1 });
    expect(stepFrom(rowsOf(treeOf([], [])), -1, 'ArrowDown')).toBeNull();
  });

  it('lead on to the next hit, and around the end', () => {
    expect(nextOf([2, 5, 9], 5, 1)).toBe(9);
    expect(nextOf([2, 5, 9], 9, 1)).toBe(2);
    expect(nextOf([2, 5, 9], 2, -1)).toBe(9);
    expect(nextOf([2, 5, 9], -1, -1)).toBe(9);
    expect(nextOf([], 3, 1)).toBe(-1);
  });
});

/** Any tree of rows, by the parent of each. */
const anyOutline = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((draws): Outline => {
    // Rows of a tree stand in its order: each belongs to the row before it or to one of that one's causes.
    const parent: number[] = [-1];
    for (const [index, draw] of draws.slice(1).entries()) {
      const up = [index];
      for (let at = parent[index] ?? -1; at !== -1; at = parent[at] ?? -1) up.push(at);
      parent.push(up[Math.floor(draw * up.length)] ?? index);
    }
    const level = parent.reduce<number[]>(
      (levels, cause) => [...levels, cause === -1 ? 1 : (levels[cause] ?? 0) + 1],
      [],
    );
    const count = parent.length;
    const zeros = new Int32Array(count);
    return {
      count,
      kind: new Uint8Array(count),
      item: zeros,
      level: Int32Array.from(level),
      parent: Int32Array.from(parent),
      place: zeros,
      size: zeros,
      fold: new Uint8Array(count),
      groups: [],
    };
  });

describe('an outline made anew', () => {
  const tree = fanOut(60);
  const group = rowsOf(tree).groups[0];
  const shown = group?.members[0] ?? -1;
  const hidden = group?.members[55] ?? -1;
  const opened = { open: [[group?.hash ?? 0, 1] as const] };

  it('is the same as before where what is selected is shown anyway', () => {
    expect(isSameOutline(rowsOf(tree), rowsOf(tree, { selected: 0 }))).toBe(true);
    expect(isSameOutline(rowsOf(tree, opened), rowsOf(tree, { ...opened, selected: shown }))).toBe(
      true,
    );
  });

  it('is another where a selection is lifted out, a group is opened or a filter leaves members out', () => {
    const before = rowsOf(tree);
    const keep = new Uint8Array(tree.arrays.count).fill(1);
    keep[shown] = 0;
    for (const request of [{ selected: hidden }, opened, { keep }]) {
      expect(isSameOutline(before, rowsOf(tree, request))).toBe(false);
    }
  });
});

describe('the tree drawn from left to right', () => {
  it('puts no two nodes on one place, and every first effect beside its cause', () => {
    fc.assert(
      fc.property(anyOutline, (outline) => {
        const { line } = placeTree(outline);
        const taken = new Set<string>();
        const seen = new Set<number>();
        for (let row = 0; row < outline.count; row++) {
          const place = `${outline.level[row]} ${line[row]}`;
          expect(taken.has(place)).toBe(false);
          taken.add(place);
          const cause = outline.parent[row] ?? -1;
          if (cause === -1) continue;
          const below = (line[row] ?? 0) - (line[cause] ?? 0);
          expect(seen.has(cause) ? below > 0 : below === 0).toBe(true);
          seen.add(cause);
        }
      }),
    );
  });

  it('lets no two arrows cross: effects of one cause stand together, causes in the same order', () => {
    fc.assert(
      fc.property(anyOutline, (outline) => {
        const { line, levelStart, levelRows, levels } = placeTree(outline);
        for (let level = 0; level < levels; level++) {
          const rows = [...levelRows.subarray(levelStart[level], levelStart[level + 1])];
          const lines = rows.map((row) => line[row] ?? 0);
          expect(lines).toEqual(lines.toSorted((a, b) => a - b));
          const causes = rows.map((row) => outline.parent[row] ?? -1);
          expect(causes).toEqual(causes.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it('has 20,000 nodes open at once, each in a place of its own', () => {
    const tree = buildTree(buildCascade(benchCascade(10_000)));
    expect(tree.arrays.count).toBe(20_001);
    const closed = outlineOf(tree.arrays, nothing);
    expect(closed.count).toBeLessThan(tree.arrays.count);
    const outline = openOutline(tree);
    expect(outline.count).toBe(tree.arrays.count + outline.groups.length);
    const { line, lines } = placeTree(outline);
    expect(lines).toBeGreaterThan(1_000);
    expect(
      new Set(outline.level.map((level, row) => level * 100_000 + (line[row] ?? 0))).size,
    ).toBe(outline.count);
  });
});

describe('the critical path', () => {
  it('leads from the person to what ended last, each part until its effect began', () => {
    const tree = treeOf(
      [event('e1', 0), event('e2', 300, { rowKey: '9', cause: causedBy('d1') })],
      [
        delivery('d1', 'e1', 'charge', [[40, 350]]),
        delivery('other', 'e1', 'notify', [[40, 390]]),
        delivery('d2', 'e2', 'index', [[320, 400]]),
      ],
    );
    const { parts, isApproximate } = criticalPathOf(tree);
    const part = (id: string) => parts.get(indexIn(tree, id));
    expect(part('e1')).toEqual({ fromMs: 0, toMs: 40 });
    expect(part('d1')).toEqual({ fromMs: 40, toMs: 300 });
    expect(part('e2')).toEqual({ fromMs: 300, toMs: 320 });
    expect(part('d2')).toEqual({ fromMs: 320, toMs: 400 });
    expect(part('other')).toBeUndefined();
    expect(isApproximate).toBe(false);
  });

  it('says that it is approximate where it crosses a weak link', () => {
    const cause = causedBy('d1', { evidence: 'weak', rule: 'row_and_time' });
    const tree = treeOf(
      [event('e1', 0), event('e2', 300, { cause })],
      [delivery('d1', 'e1', 'charge', [[40, 350]])],
    );
    expect(criticalPathOf(tree).isApproximate).toBe(false);
    const longer = treeOf(
      [event('e1', 0), event('e2', 300, { cause })],
      [delivery('d1', 'e1', 'charge', [[40, 350]]), delivery('d2', 'e2', 'index', [[320, 400]])],
    );
    expect(criticalPathOf(longer).isApproximate).toBe(true);
  });
});
