import { describe, expect, it } from 'vitest';
import { createDrawer } from '../../../pages/src/cascade/drawn.ts';
import { turnsOf } from '../../../pages/src/cascade/findings.ts';
import { joinBars } from '../../../pages/src/cascade/join-bars.ts';
import { layOut, type Bar } from '../../../pages/src/cascade/layout.ts';
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

const screen = { width: 900, height: 600 };

const isIn = ({ x, y }: { x: number; y: number }): boolean =>
  x >= 6_000 && x <= 6_900 && y >= 10_000 && y <= 10_600;

const bar = (top: number, bottom: number, look: Bar['look'] = 'work', x = 60): Bar => ({
  id: `${x} ${look} ${top}`,
  x,
  top,
  bottom,
  look,
});
const spans = (bars: Bar[]) =>
  joinBars(bars).map(({ x, top, bottom, look }) => [x, look, top, bottom]);

describe('the drawn part of a diagram', () => {
  it('is all of a small one', () => {
    const layout = layOut(openSequence(chainOfLength(20)));
    const window = windowFor(layout, { x: 0, y: 0, zoom: 1 }, screen);
    expect(window).toBeNull();
    expect(createCutter(layout)(window)).toBe(layout);
  });

  it('is all that touches what is in sight of a tall one, and little else', () => {
    const layout = layOut(openSequence(chainOfLength(500)));
    const view = { x: 0, y: -20_000, zoom: 1 };
    const part = createCutter(layout)(windowFor(layout, view, screen));
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
    const near = windowFor(layout, { x: 0, y: -20_010, zoom: 1 }, screen);
    expect(windowFor(layout, { x: 0, y: -20_040, zoom: 1 }, screen)).toEqual(near);
    const draw = createDrawer({
      sequence,
      turns: turnsOf(sequence.tree.cascade),
      hits: new Set(),
    });
    const cut = createCutter(layout);
    const first = draw(cut(near).nodes);
    const again = draw(cut(windowFor(layout, { x: 0, y: -20_300, zoom: 1 }, screen)).nodes);
    const kept = again.filter((node) => first.includes(node));
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.length).toBeLessThan(again.length);
    expect(new Set(again.map(({ id }) => id)).size).toBe(again.length);
  });

  it('is of the lanes in sight only, with every arrow that goes through it', () => {
    const count = 300;
    // A hundred jobs beside each other, each of which one of the first job's writes caused.
    const cascade = buildCascade(
      cascadeOf(
        Array.from({ length: count }, (_, index) =>
          event(`e${index}`, index * 10, {
            rowKey: String(index),
            cause: index === 0 ? null : causedBy('d0'),
          }),
        ),
        Array.from({ length: count }, (_, index) =>
          delivery(`d${index}`, `e${index}`, `job ${index % 100}`, [
            [index * 10 + 2, index * 10 + 8],
          ]),
        ),
      ),
    );
    const layout = layOut(openSequence(cascade));
    const view = { x: -6_000, y: -10_000, zoom: 1 };
    const part = createCutter(layout)(windowFor(layout, view, screen));
    expect(part.nodes).toEqual(expect.arrayContaining(layout.nodes.filter(isIn)));
    expect(part.nodes.every(({ x }) => x > 5_000 && x < 8_000)).toBe(true);
    // From the change's lifeline on the left to a job on the right of what is in sight.
    const through = layout.arrows.filter(
      ({ fromX, toX, y }) => fromX < 6_000 && toX > 6_900 && y >= 10_000 && y <= 10_600,
    );
    expect(through.length).toBeGreaterThan(1);
    expect(part.arrows).toEqual(expect.arrayContaining(through));
    expect(part.arrows.length).toBeLessThan(
      createCutter(layout)(windowFor(layout, { ...view, x: 0 }, screen)).arrows.length,
    );
  });
});

describe('bars of one lifeline that lie over each other', () => {
  it('are one', () => {
    expect(spans([bar(0, 100), bar(20, 40), bar(90, 200), bar(201, 210)])).toEqual([
      [60, 'work', 0, 200],
      [60, 'work', 201, 210],
    ]);
  });

  it('are several where they look different or belong to another lifeline', () => {
    const bars = [bar(0, 100), bar(20, 40, 'fail'), bar(30, 60, 'work', 180), bar(35, 50, 'fail')];
    expect(spans(bars)).toEqual([
      [60, 'work', 0, 100],
      [60, 'fail', 20, 50],
      [180, 'work', 30, 60],
    ]);
  });
});
