import { describe, expect, it } from 'vitest';
import { createDrawer } from '../../../pages/src/cascade/drawn.ts';
import { turnsOf } from '../../../pages/src/cascade/findings.ts';
import { layOut } from '../../../pages/src/cascade/layout.ts';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { cutOut, windowFor } from '../../../pages/src/cascade/window.ts';
import { cascadeOf, causedBy, delivery, event } from './cascades.ts';

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
    const layout = layOut(chainOfLength(20));
    const window = windowFor(layout, { y: 0, zoom: 1 }, 600);
    expect(window).toBeNull();
    expect(cutOut(layout, window)).toBe(layout);
  });

  it('is what is in sight of a tall one, with the causes that its arrows start from', () => {
    const layout = layOut(chainOfLength(500));
    const view = { y: -20_000, zoom: 1 };
    const part = cutOut(layout, windowFor(layout, view, 600));
    expect(part.nodes.length).toBeLessThan(80);
    const drawn = new Set(part.nodes.map(({ node }) => node.id));
    expect(drawn.has('d0')).toBe(true);
    expect(part.arrows.length).toBeGreaterThan(10);
    expect(part.arrows.every(({ cause }) => drawn.has(cause.from) && drawn.has(cause.to))).toBe(
      true,
    );
    const inSight = layout.nodes.filter(({ y }) => y >= 20_000 && y <= 20_600);
    expect(inSight.every(({ node }) => drawn.has(node.id))).toBe(true);
  });

  it('stays the same while the view moves a little, and keeps what it drew', () => {
    const cascade = chainOfLength(500);
    const layout = layOut(cascade);
    const near = windowFor(layout, { y: -20_010, zoom: 1 }, 600);
    expect(windowFor(layout, { y: -20_040, zoom: 1 }, 600)).toEqual(near);
    const draw = createDrawer(cascade, turnsOf(cascade));
    const first = draw(cutOut(layout, near)).nodes.find(({ id }) => id === 'd0');
    const again = draw(cutOut(layout, windowFor(layout, { y: -21_000, zoom: 1 }, 600)));
    expect(again.nodes.find(({ id }) => id === 'd0')).toBe(first);
  });
});
