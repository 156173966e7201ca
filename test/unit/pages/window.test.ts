import { describe, expect, it } from 'vitest';
import { createDrawer } from '../../../pages/src/cascade/drawn.ts';
import { turnsOf } from '../../../pages/src/cascade/findings.ts';
import { layOut } from '../../../pages/src/cascade/layout.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { createCutter, windowFor } from '../../../pages/src/cascade/window.ts';
import { cascadeOf, causedBy, delivery, event, openSequence } from './cascades.ts';

function chainOfLength(length: number) {
  const indexes = Array.from({ length }, (_, index) => index);
  return buildCascade(
    cascadeOf(
      indexes.map((index) =>
        event(`e${index}`, index * 10, {
          rowKey: String(index),
          cause: index === 0 ? null : causedBy('d0'),
        }),
      ),
      indexes.map((index) =>
        delivery(`d${index}`, `e${index}`, 'sync', [[index * 10 + 2, index * 10 + 8]]),
      ),
    ),
  );
}

describe('the drawn part of a diagram', () => {
  it('is all of a small one', () => {
    const layout = layOut(openSequence(chainOfLength(20)));
    const window = windowFor(layout, { y: 0, zoom: 1 }, 600);
    expect(window).toBeNull();
    expect(createCutter(layout)(window)).toBe(layout);
  });

  it('is all that touches what is in sight of a tall one, and little else', () => {
    const layout = layOut(openSequence(chainOfLength(500)));
    const view = { y: -20_000, zoom: 1 };
    const part = createCutter(layout)(windowFor(layout, view, 600));
    expect(part.nodes.length).toBeLessThan(60);
    const [from, to] = [20_000, 20_600];
    const nodes = layout.nodes.filter(({ y, height }) => y + height >= from && y <= to);
    expect(part.nodes).toEqual(expect.arrayContaining(nodes));
    const arrows = layout.arrows.filter(({ y }) => y >= from && y <= to);
    expect(arrows.length).toBeGreaterThan(10);
    expect(part.arrows).toEqual(expect.arrayContaining(arrows));
    // One bar, from the first hop to its last effect, goes through all of it.
    const bars = layout.bars.filter(({ top, bottom }) => bottom >= from && top <= to);
    expect(bars.some(({ top }) => top < 1_000)).toBe(true);
    expect(part.bars).toEqual(expect.arrayContaining(bars));
    expect(part.marks.every(({ centre }) => centre > 19_000 && centre < 22_000)).toBe(true);
  });

  it('stays the same while the view moves a little, and keeps what it drew', () => {
    const sequence = openSequence(chainOfLength(500));
    const layout = layOut(sequence);
    const near = windowFor(layout, { y: -20_010, zoom: 1 }, 600);
    expect(windowFor(layout, { y: -20_040, zoom: 1 }, 600)).toEqual(near);
    const draw = createDrawer({
      sequence,
      turns: turnsOf(sequence.tree.cascade),
      hits: new Set(),
    });
    const cut = createCutter(layout);
    const first = draw(cut(near).nodes);
    const again = draw(cut(windowFor(layout, { y: -20_300, zoom: 1 }, 600)).nodes);
    const kept = again.filter((node) => first.includes(node));
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThan(again.length);
    expect(new Set(again.map(({ id }) => id)).size).toBe(again.length);
  });
});
