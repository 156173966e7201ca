// What part of a chart over time is shown, how it stands in an address, and which icons are bundled for it to have room.
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onlyDrawnWeights } from '../../../pages/icon-weights.ts';
import { markersIn, placeLabels } from '../../../pages/src/chart/markers.ts';
import {
  closer,
  shownOf,
  spanOfSteps,
  stepAt,
  wholeOf,
  wider,
  type Span,
  type Steps,
} from '../../../pages/src/chart/zoom.ts';
import { closerSpan } from '../../../pages/src/statistics/closer-steps.ts';
import {
  parseZoomSearch,
  withoutZoom,
  zoomOf,
  zoomSearch,
} from '../../../pages/src/statistics/ranges.ts';

const hours: Steps = { fromMs: 0, stepMs: 60, count: 24 };
const steps = fc.record({
  fromMs: fc.integer({ min: 0, max: 1e12 }),
  stepMs: fc.constantFrom(60_000, 3_600_000),
  count: fc.integer({ min: 1, max: 200 }),
});

describe('a closer look at a part of a chart', () => {
  const hour = 3_600_000;
  const day: Steps = { fromMs: 10 * hour, stepMs: hour, count: 24 };
  const at = (from: number, until: number): Span => ({
    fromMs: from * hour,
    untilMs: until * hour,
  });

  test('has as much before and after it, within the whole, and gives up none of its minutes for that', () => {
    expect(closerSpan(day, at(20, 21))).toEqual(at(19, 22));
    expect(closerSpan(day, at(33, 34))).toEqual(at(32, 34));
    expect(closerSpan(day, at(20, 25))).toEqual(at(19.5, 25.5));
    const month: Steps = { fromMs: 0, stepMs: 24 * hour, count: 30 };
    expect(closerSpan(month, at(240, 288))).toEqual(at(192, 336));
  });

  test('is not asked for where steps are fine enough, or no finer ones are told', () => {
    expect(closerSpan(day, null)).toBeNull();
    expect(closerSpan(day, at(12, 18))).toBeNull();
    expect(closerSpan({ fromMs: 0, stepMs: 60_000, count: 60 }, at(0.1, 0.2))).toBeNull();
    expect(closerSpan({ fromMs: 0, stepMs: 24 * hour, count: 90 }, at(24, 24 * 40))).toBeNull();
  });

  test('has what is looked at in it, and more than that, in steps of which the API tells all', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.nat(), (of, one, other) => {
        const asked = spanOfSteps(of, one % of.count, other % of.count);
        const span = closerSpan(of, asked);
        if (span === null) return;
        const whole = wholeOf(of);
        expect(span.fromMs).toBeGreaterThanOrEqual(whole.fromMs);
        expect(span.untilMs).toBeLessThanOrEqual(whole.untilMs);
        expect(span.fromMs).toBeLessThanOrEqual(asked.fromMs);
        expect(span.untilMs).toBeGreaterThanOrEqual(asked.untilMs);
        expect(span.untilMs - span.fromMs).toBeGreaterThan(asked.untilMs - asked.fromMs);
      }),
    );
  });
});

describe('what a chart shows', () => {
  test('is whole steps, those that the span touches', () => {
    expect(shownOf(hours, { fromMs: 130, untilMs: 250 })).toEqual({ fromMs: 120, untilMs: 300 });
    expect(shownOf(hours, { fromMs: 120, untilMs: 240 })).toEqual({ fromMs: 120, untilMs: 240 });
    expect(spanOfSteps(hours, 3, 2)).toEqual({ fromMs: 120, untilMs: 240 });
  });

  test('is the whole where nothing is left of the span, or all of it is in it', () => {
    expect(shownOf(hours, null)).toBeNull();
    expect(shownOf(hours, { fromMs: -500, untilMs: -100 })).toBeNull();
    expect(shownOf(hours, { fromMs: 1_440, untilMs: 2_000 })).toBeNull();
    expect(shownOf(hours, { fromMs: -10, untilMs: 5_000 })).toBeNull();
    expect(shownOf({ ...hours, count: 0 }, { fromMs: 0, untilMs: 60 })).toBeNull();
  });

  test('stays within what there is, and a step is found at every moment of it', () => {
    fc.assert(
      fc.property(steps, fc.double({ min: -0.5, max: 1.5, noNaN: true }), (of, part) => {
        const whole = wholeOf(of);
        const atMs = whole.fromMs + part * (whole.untilMs - whole.fromMs);
        const span = spanOfSteps(of, stepAt(of, atMs), stepAt(of, atMs));
        expect(span.fromMs).toBeGreaterThanOrEqual(whole.fromMs);
        expect(span.untilMs).toBeLessThanOrEqual(whole.untilMs);
        const isIn = part >= 0 && part < 1;
        expect(!isIn || (span.fromMs <= atMs && atMs < span.untilMs)).toBe(true);
      }),
    );
  });

  test('comes closer until two steps are left, and wider until it is the whole', () => {
    expect(closer(hours, null, 1_440)).toEqual({ fromMs: 720, untilMs: 1_440 });
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (of, part) => {
        const whole = wholeOf(of);
        const middleMs = whole.fromMs + part * (whole.untilMs - whole.fromMs);
        let shown = closer(of, null, middleMs);
        for (let turn = 0; turn < 10; turn += 1) shown = closer(of, shown, middleMs);
        const length = (shown ?? whole).untilMs - (shown ?? whole).fromMs;
        expect(length).toBe(Math.min(2, of.count) * of.stepMs);
        for (let turn = 0; turn < 10; turn += 1) shown = wider(of, shown);
        expect(shown).toBeNull();
      }),
    );
  });
});

const marker = (atMs: number) => ({ atMs, label: 'v1', sentence: 'Version 1' });

describe('marked moments', () => {
  test('belong to the step in which they are, and to none outside', () => {
    const markers = [-1, 0, 59, 60, 1_439, 1_440].map(marker);
    expect(markersIn(markers, hours, 0).map(({ atMs }) => atMs)).toEqual([0, 59]);
    expect(markersIn(markers, hours, 23).map(({ atMs }) => atMs)).toEqual([1_439]);
  });

  test('have labels within the plot that never run into each other', () => {
    const plot = { left: 50, right: 500, gap: 8 };
    expect(placeLabels([50, 275, 500], [30, 30, 30], plot)).toEqual([50, 260, 470]);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 50, max: 500 }), fc.integer({ min: 10, max: 60 }))),
        (of) => {
          const lines = of.map(([line]) => line).toSorted((a, b) => a - b);
          const widths = of.map(([, width]) => width);
          let end = plot.left;
          for (const [index, left] of placeLabels(lines, widths, plot).entries()) {
            if (left === null) continue;
            expect(left).toBeGreaterThanOrEqual(end);
            end = left + (widths[index] ?? 0);
            expect(end).toBeLessThanOrEqual(plot.right);
          }
        },
      ),
    );
  });
});

describe('the address of what a chart shows', () => {
  test('leads back to it', () => {
    const span = { fromMs: 1_700_000_000_000, untilMs: 1_700_000_600_000 };
    const search = parseZoomSearch({ range: '7d', ...zoomSearch(span) });
    expect(search.range).toBe('7d');
    expect(zoomOf(search)).toEqual(span);
    expect(withoutZoom(search)).toEqual({ range: '7d' });
    expect(zoomSearch(null)).toEqual({});
  });

  test('is dropped where it is no span of time', () => {
    for (const [from, until] of [
      ['yesterday', '2026-11-26T12:00:00Z'],
      ['2026-11-26T12:00:00Z', undefined],
      ['2026-11-26T12:00:00Z', '2026-11-26T12:00:00Z'],
      ['2026-11-26T13:00:00Z', '2026-11-26T12:00:00Z'],
    ]) {
      expect(zoomOf(parseZoomSearch({ from, until }))).toBeNull();
    }
  });
});

const drawings = async (icon: string): Promise<string> =>
  readFile(
    new URL(`../../../node_modules/@phosphor-icons/react/dist/defs/${icon}.es.js`, import.meta.url),
    'utf8',
  );

const weightsOf = (code: string): string[] =>
  [...code.matchAll(/^ {4}"(\w+)",$/gm)].map(([, weight]) => weight ?? '');

describe('the bundled weights of an icon', () => {
  test('are those that are drawn', async () => {
    const play = await drawings('Play');
    expect(weightsOf(play)).toHaveLength(6);
    expect(weightsOf(onlyDrawnWeights('Play', play))).toEqual(['regular']);
    const caret = await drawings('CaretRight');
    expect(weightsOf(onlyDrawnWeights('CaretRight', caret))).toEqual(['bold', 'regular']);
  });

  test('are not guessed where the drawings are written otherwise', () => {
    expect(() => onlyDrawnWeights('Play', 'export default new Map()')).toThrow(/Play.*"bold"/);
  });
});
