// What holds of the sequence of any cascade, whatever is selected, filtered, folded or open.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut } from '../../../pages/src/cascade/layout.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { sequenceOf, standInOf, type Sequence } from '../../../pages/src/cascade/sequence.ts';
import { outlineOf, type OutlineRequest } from '../../../pages/src/tree/outline.ts';
import { rowIdOf } from '../../../pages/src/tree/rows.ts';
import { buildTree, withCauses, type CascadeTree } from '../../../pages/src/tree/tree.ts';
import type { DeliveryView, EventView } from '../../../src/api/views.ts';
import {
  cascadeOf,
  causedBy,
  delivery,
  event,
  groupRows,
  nothing,
  sequenceWith,
} from './cascades.ts';

const ids = ({ order }: Sequence): string[] => order.map(({ node }) => node.id);

interface Drawn {
  tree: CascadeTree;
  request: OutlineRequest;
}

/** Any cascade of jobs that write rows, and anything that can be asked of it. */
const anySequence = fc
  .record({
    hops: fc.array(
      fc.record({
        /** Which earlier hop wrote the row; small numbers make fan-outs. */
        cause: fc.oneof(fc.constant(0), fc.nat({ max: 40 })),
        kind: fc.nat({ max: 2 }),
        afterMs: fc.nat({ max: 900 }),
        tookMs: fc.nat({ max: 2_000 }),
        fate: fc.constantFrom('delivered', 'delivered', 'delivered', 'dead', 'waiting', 'running'),
        isWeak: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    selected: fc.nat(),
    hasSelection: fc.boolean(),
    folded: fc.array(fc.nat(), { maxLength: 3 }),
    openGroups: fc.array(fc.nat(), { maxLength: 3 }),
    kept: fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 4 })),
  })
  .map(({ hops, selected, hasSelection, folded, openGroups, kept }): Drawn => {
    const events: EventView[] = [];
    const deliveries: DeliveryView[] = [];
    const startsMs: number[] = [];
    for (const [index, hop] of hops.entries()) {
      const cause = index === 0 ? -1 : hop.cause % index;
      const atMs = (startsMs[cause] ?? 0) + hop.afterMs;
      startsMs.push(atMs + 10);
      events.push(
        event(`e${index}`, atMs, {
          table: { schema: 'public', name: `table-${hop.kind}` },
          rowKey: String(index),
          cause:
            cause === -1
              ? null
              : causedBy(`d${cause}`, hop.isWeak ? { evidence: 'weak', rule: 'row_and_time' } : {}),
        }),
      );
      const endMs = hop.fate === 'running' ? null : atMs + 10 + hop.tookMs;
      const status = hop.fate === 'dead' || hop.fate === 'waiting' ? 503 : 200;
      deliveries.push(
        delivery(
          `d${index}`,
          `e${index}`,
          `job-${hop.kind}`,
          [[atMs + 10, endMs, status]],
          hop.fate,
        ),
      );
    }
    const tree = buildTree(buildCascade(cascadeOf(events, deliveries)));
    const { count, idHash } = tree.arrays;
    const keep =
      kept === null
        ? null
        : withCauses(
            tree.arrays,
            kept.map((index) => index % count),
          );
    const first = outlineOf(tree.arrays, { ...nothing, keep });
    return {
      tree,
      request: {
        selected: hasSelection ? selected % count : -1,
        keep,
        folded: folded.map((index) => idHash[index % count] ?? 0),
        open: openGroups.flatMap((index): [number, number][] => {
          const group = first.groups[index % Math.max(1, first.groups.length)];
          return group === undefined ? [] : [[group.hash, 1]];
        }),
      },
    };
  });

describe('any sequence', () => {
  it('shows each row of the outline once, in time, with every cause before its effects', () => {
    fc.assert(
      fc.property(anySequence, ({ tree, request }) => {
        const sequence = sequenceWith(tree, request);
        const { order, outline } = sequence;
        expect(order.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual([
          ...outline.item.keys(),
        ]);
        const place = new Map(ids(sequence).map((id, index) => [id, index]));
        expect(place.size).toBe(order.length);
        for (const [index, { node, atMs, row }] of order.entries()) {
          expect(atMs).toBeGreaterThanOrEqual(order[index - 1]?.atMs ?? -Infinity);
          const above = outline.parent[row] ?? -1;
          const before = [
            sequence.causeOf.get(node.id)?.from,
            above === -1 ? undefined : rowIdOf(tree, outline, above),
          ].filter((id) => id !== undefined);
          expect(before.every((id) => (place.get(id) ?? Infinity) < index)).toBe(true);
        }
      }),
    );
  });

  it('shows or hides every node that the filters keep, and never hides the selection', () => {
    fc.assert(
      fc.property(anySequence, ({ tree, request }) => {
        const sequence = sequenceWith(tree, request);
        const kept = tree.nodes.filter((_, index) => request.keep?.[index] !== 0);
        const shown = kept.filter(({ id }) => sequence.nodes.has(id));
        const hidden = [...sequence.hidden.values()].reduce((sum, { count }) => sum + count, 0);
        expect(shown.length + hidden).toBe(kept.length);
        expect(sequence.hops).toEqual(kept.filter(({ kind }) => kind === 'hop'));
        for (const { id } of kept) {
          const standIn = standInOf(sequence, id);
          expect(standIn !== null && sequence.nodes.has(standIn)).toBe(true);
        }
        const isKept = request.keep?.[request.selected] !== 0;
        const selected = isKept ? tree.nodes[request.selected] : undefined;
        expect(selected === undefined || sequence.nodes.has(selected.id)).toBe(true);
      }),
    );
  });

  it('puts no two rows on one height, and every arrow on the middle of its effect', () => {
    fc.assert(
      fc.property(anySequence, ({ tree, request }) => {
        const layout = layOut(sequenceWith(tree, request));
        const rows = layout.nodes.filter(({ node }) => node.kind !== 'actor');
        for (const [index, { y }] of rows.entries()) {
          const above = rows[index - 1];
          expect(y).toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0));
          expect(y).toBeLessThan(layout.height);
        }
        const placed = new Map(layout.nodes.map((each) => [each.node.id, each]));
        for (const { cause, y } of layout.arrows) {
          const effect = placed.get(cause.to);
          expect(y).toBe((effect?.y ?? 0) + (effect?.height ?? 0) / 2);
        }
      }),
    );
  });

  it('begins as it goes on: the first rows stand where they do among all', () => {
    fc.assert(
      fc.property(anySequence, fc.nat(30), ({ tree, request }, most) => {
        const whole = sequenceWith(tree, request);
        const begun = sequenceOf(tree, whole.outline, request.keep, most);
        const rows = begun.order.length;
        expect(begun.order).toEqual(whole.order.slice(0, rows));
        // A group and what an open one does not show can stand with one node.
        expect(rows).toBeLessThanOrEqual(most + 2);
        expect(begun.goesOn === null).toBe(rows === whole.order.length);
        const all = new Map(layOut(whole).nodes.map((each) => [each.node.id, each]));
        // A person stands beside the first thing that they did, which may come later.
        const placed = layOut(begun).nodes.filter(({ node }) => node.kind !== 'actor');
        expect(placed).toEqual(placed.map(({ node }) => all.get(node.id)));
        const causes = whole.order.slice(rows).map(({ node }) => whole.causeOf.get(node.id)?.from);
        expect([...(begun.goesOn ?? [])]).toEqual(
          expect.arrayContaining(causes.filter((id) => id !== undefined && begun.nodes.has(id))),
        );
      }),
    );
  });

  it('moves nothing that stands above a group when it opens, nor the group', () => {
    fc.assert(
      fc.property(anySequence, ({ tree, request }) => {
        const before = sequenceWith(tree, request);
        const was = layOut(before);
        for (const row of groupRows(before)) {
          const group = before.outline.groups[before.outline.item[row] ?? -1];
          if (group === undefined || group.shown > 0) continue;
          const after = layOut(
            sequenceWith(tree, { ...request, open: [...request.open, [group.hash, 1]] }),
          );
          const now = new Map(after.nodes.map((each) => [each.node.id, each]));
          const end = was.nodes.findIndex(({ row: each }) => each === row);
          for (const { node, x, y } of was.nodes.slice(0, end + 1)) {
            if (node.kind === 'more') continue;
            expect(now.get(node.id)).toMatchObject({ x, y });
          }
        }
      }),
    );
  });
});
