import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCascade } from '../../../pages/src/cascade/model.ts';
import { criticalPart, criticalPathOf } from '../../../pages/src/tree/critical-path.ts';
import { buildTree } from '../../../pages/src/tree/tree.ts';
import {
  clampStretch,
  piecesOf,
  shareOf,
  sideOf,
  ticksOf,
  zoomStretch,
} from '../../../pages/src/waterfall/bars.ts';
import { cascadeOf, delivery, event } from './cascades.ts';

const tree = buildTree(
  buildCascade(
    cascadeOf(
      [event('e1', 0)],
      [
        delivery('retried', 'e1', 'charge', [
          [40, 90, 504],
          [200, 260],
        ]),
        delivery('waiting', 'e1', 'index', [[40, 90, 504]], 'waiting'),
        delivery('running', 'e1', 'notify', [[100, null]], 'running'),
      ],
    ),
  ),
);
const pieces = (id: string) => piecesOf(tree, tree.indexOf.get(id) ?? -1);

describe('the bars of the waterfall', () => {
  it('tell waiting, attempts and pauses of a retried delivery', () => {
    expect(pieces('retried').map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs])).toEqual([
      ['wait', 0, 40],
      ['attempt', 40, 90],
      ['back-off', 90, 200],
      ['attempt', 200, 260],
    ]);
    expect(pieces('retried').map(({ title }) => title)).toEqual([
      'waited 40 ms to be sent',
      'attempt 1: 504, 50 ms',
      '110 ms until the next attempt',
      'attempt 2: 200, 60 ms',
    ]);
  });

  it('lead on to the end for what waits or runs, and mark the moment of a change', () => {
    expect(pieces('waiting').at(-1)).toMatchObject({ kind: 'back-off', fromMs: 90, toMs: 260 });
    expect(pieces('running').at(-1)).toMatchObject({ isOpen: true, fromMs: 100, toMs: 260 });
    expect(pieces('e1')).toMatchObject([{ kind: 'moment', fromMs: 0 }]);
    expect(piecesOf(tree, -1)).toEqual([]);
  });

  it('stand at their share of the stretch, and say on which side they lie outside', () => {
    const stretch = { t0: 100, t1: 300 };
    expect(shareOf(stretch, 150, 200)).toEqual({ left: 25, width: 25 });
    expect(shareOf(stretch, 0, 200)).toEqual({ left: 0, width: 50 });
    expect(shareOf(stretch, 0, 99)).toBeNull();
    expect(sideOf(stretch, 0, 99)).toBe('before');
    expect(sideOf(stretch, 301, 400)).toBe('after');
    expect(sideOf(stretch, 0, 400)).toBeNull();
  });
});

describe('the stretch of time', () => {
  it('stays within the cascade and is never empty, whatever is asked for', () => {
    const ms = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e5, noNaN: true }), ms, ms, (totalMs, t0, t1) => {
        const stretch = clampStretch(totalMs, { t0, t1 });
        expect(stretch.t0).toBeGreaterThanOrEqual(0);
        expect(stretch.t1 - stretch.t0).toBeGreaterThan(0.9);
        expect(stretch.t1).toBeLessThanOrEqual(Math.max(totalMs, 1) + 1e-6);
      }),
    );
  });

  it('halves around a moment, and doubles until it is the whole', () => {
    expect(zoomStretch(1_000, { t0: 0, t1: 1_000 }, 1, 600)).toEqual({ t0: 350, t1: 850 });
    expect(zoomStretch(1_000, { t0: 350, t1: 850 }, -1, 600)).toBeNull();
    expect(zoomStretch(1_000, { t0: 0, t1: 200 }, -1, 10)).toEqual({ t0: 0, t1: 400 });
  });

  it('has round ticks that can be told apart', () => {
    expect(ticksOf({ t0: 0, t1: 1_000 }, 6).map(({ text }) => text)).toEqual([
      '0',
      '200 ms',
      '400 ms',
      '600 ms',
      '800 ms',
      '1.0 s',
    ]);
    expect(ticksOf({ t0: 5, t1: 5 }, 6)).toEqual([]);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        (t0, span) => {
          const texts = ticksOf({ t0, t1: t0 + span }, 6).map(({ text }) => text);
          expect(texts.length).toBeLessThanOrEqual(7);
          expect(new Set(texts).size).toBe(texts.length);
        },
      ),
    );
  });
});

describe('the part of the critical path that a row stands for', () => {
  it('is its own, and with what is folded below it all that follows', () => {
    const path = criticalPathOf(tree);
    const change = [tree.indexOf.get('e1') ?? -1];
    expect(criticalPart(path, change, false)).toEqual({ fromMs: 0, toMs: 40 });
    expect(criticalPart(path, change, true)).toEqual({ fromMs: 0, toMs: 260 });
    expect(criticalPart(path, [tree.indexOf.get('waiting') ?? -1], false)).toBeNull();
  });
});
