// How a chart over time is set up in uPlot: scales, axes, what is painted. Knows no component; what changes while it
// stands is asked for.
import uPlot from 'uplot';
import { formatClock, formatDay, type Zone } from '../time/format.ts';
import { withCssColours } from '../ui/css-colours.ts';
import { placeLabels, type Marker } from './markers.ts';
import { barOf, totalOf, type Slot } from './stack.ts';
import { wholeOf, type Span, type Steps } from './zoom.ts';

export interface Colours {
  first: string;
  retried: string;
  failed: string;
  /** Words of the axes, lines of the grid, the axis itself. */
  sub: string;
  hair: string;
  line: string;
  lines: Record<LineColour, string>;
}

export type LineColour = 'ink' | 'run' | 'wire';

/** Of the theme that holds for an element. */
export function chartColours(element: HTMLElement): Colours {
  return withCssColours(element, (read) => ({
    first: read('bar-ok'),
    retried: read('bar-retry'),
    failed: read('bar-fail'),
    sub: read('sub'),
    hair: read('hair'),
    line: read('line'),
    lines: { ink: read('ink'), run: read('run'), wire: read('wire') },
  }));
}

/** For each step. */
export type Drawing =
  | { kind: 'bars'; slots: readonly Slot[] }
  | { kind: 'lines'; lines: readonly { colour: LineColour; values: readonly (number | null)[] }[] };

/** What is drawn now. */
export type Scene = {
  steps: Steps;
  drawing: Drawing;
  /** Null: the whole. */
  shown: Span | null;
  /** The earliest first. */
  markers: readonly Marker[];
  /** A value as the axis has it. */
  valueText: (value: number) => string;
};

/** Where the cursor is, from the left of what is plotted, and how wide that is. */
export type Cursor = { leftPx: number; plotPx: number };

export type PlotOptions = {
  colours: Colours;
  fontFamily: string;
  zone: Zone;
  heightPx: number;
  scene: () => Scene;
  /** The cursor stands on a step; null: it is elsewhere. */
  onCursor: (index: number | null, at: Cursor) => void;
  onSelect: (fromMs: number, untilMs: number) => void;
  onReset: () => void;
};

const dayMs = 86_400_000;
/** How wide the values' axis is. */
export const axisPx = 52;
/** The highest value ends below the top. */
const headroom = 1.08;
/** Dragging less is a click. */
const leastDragPx = 4;
/** What a count's axis may go up by, the least first. */
const wholeSteps = Array.from({ length: 30 }, (_, index) => {
  const digit = [1, 2, 5][index % 3] ?? 1;
  return digit * 10 ** Math.floor(index / 3);
});

/** In uPlot's form: the middle of each step, then what the y axis is made of. */
export function plotData({ steps, drawing }: Scene): uPlot.AlignedData {
  const { fromMs, stepMs, count } = steps;
  const middles = Array.from({ length: count }, (_, index) => fromMs + stepMs * (index + 0.5));
  return drawing.kind === 'bars'
    ? [middles, drawing.slots.map(totalOf)]
    : [middles, ...drawing.lines.map(({ values }) => [...values])];
}

/** "14:00", at midnight "24 Nov", for days always so. */
function tickText(atMs: number, incrementMs: number, zone: Zone): string {
  const clock = formatClock(atMs, zone, false).slice(0, 5);
  return incrementMs >= dayMs || clock === '00:00'
    ? formatDay(atMs, zone).replace(/ \d+$/, '')
    : clock;
}

function paintBars(plot: uPlot, slots: readonly Slot[], steps: Steps, colours: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const most = plot.scales['y']?.max ?? 1;
  const bottom = bbox.top + bbox.height;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const [index, slot] of slots.entries()) {
    const fromMs = steps.fromMs + index * steps.stepMs;
    const from = plot.valToPos(fromMs, 'x', true);
    const until = plot.valToPos(fromMs + steps.stepMs, 'x', true);
    if (until < bbox.left || from > bbox.left + bbox.width) continue;
    const gap = Math.min(Math.max(ratio, (until - from) * 0.16), 8 * ratio);
    const left = Math.round(from + gap / 2);
    const width = Math.max(1, Math.round(until - gap / 2) - left);
    const { firstPx, retriedPx, failedPx } = barOf(slot, most, bbox.height / ratio);
    let top = bottom;
    for (const [heightPx, colour] of [
      [firstPx, colours.first],
      [retriedPx, colours.retried],
      [failedPx, colours.failed],
    ] as const) {
      const height = heightPx * ratio;
      top -= height;
      ctx.fillStyle = colour;
      ctx.fillRect(left, top, width, height);
    }
  }
  ctx.restore();
}

function paintMarkers(plot: uPlot, markers: readonly Marker[], colours: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  const { min, max } = plot.scales['x'] ?? {};
  const shown = markers.filter(
    ({ atMs }) => min !== undefined && max !== undefined && atMs >= min && atMs < max,
  );
  const lines = shown.map(({ atMs }) => Math.round(plot.valToPos(atMs, 'x', true)));
  ctx.save();
  ctx.strokeStyle = colours.lines.ink;
  ctx.fillStyle = colours.lines.ink;
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 2 * ratio]);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  for (const line of lines) {
    ctx.beginPath();
    ctx.moveTo(line + 0.5, bbox.top);
    ctx.lineTo(line + 0.5, bbox.top + bbox.height);
    ctx.stroke();
  }
  const widths = shown.map(({ label }) => ctx.measureText(label).width);
  const places = placeLabels(lines, widths, {
    left: bbox.left,
    right: bbox.left + bbox.width,
    gap: 8 * ratio,
  });
  for (const [index, left] of places.entries()) {
    const label = shown[index]?.label;
    if (left !== null && label !== undefined) ctx.fillText(label, left, bbox.top - 2 * ratio);
  }
  ctx.restore();
}

/** Without its size and data. */
export function plotOptions(options: PlotOptions): Omit<uPlot.Options, 'width' | 'height'> {
  const { colours, zone, scene } = options;
  const { drawing } = scene();
  const font = `11px ${options.fontFamily}`;
  const axis = { font, stroke: colours.sub, ticks: { show: false } };
  return {
    ms: 1,
    ...(zone === 'UTC' ? { tzDate: (ms) => uPlot.tzDate(new Date(ms), 'Etc/UTC') } : {}),
    legend: { show: false },
    // Above, for the labels of markers: they come later than the chart. To the right, for half of the last time's label.
    padding: [20, 18, 0, 0],
    scales: {
      x: {
        time: true,
        range: () => {
          const { fromMs, untilMs } = scene().shown ?? wholeOf(scene().steps);
          return [fromMs, untilMs];
        },
      },
      y: { range: (_plot, _least, most) => [0, most > 0 ? most * headroom : 1] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        gap: 6,
        space: 64,
        grid: { show: false },
        border: { show: true, stroke: colours.line, width: 1 },
        values: (_plot, splits, _axis, _space, increment) =>
          splits.map((atMs) => tickText(atMs, increment, zone)),
      },
      {
        ...axis,
        size: axisPx,
        gap: 6,
        space: 36,
        grid: { stroke: colours.hair, width: 1 },
        ...(drawing.kind === 'bars' ? { incrs: wholeSteps } : {}),
        values: (_plot, splits) => splits.map((value) => scene().valueText(value)),
      },
    ],
    series: [
      {},
      ...(drawing.kind === 'bars'
        ? [{ paths: () => null, points: { show: false } }]
        : drawing.lines.map(({ colour }) => ({
            stroke: colours.lines[colour],
            width: 1.75,
            points: { show: true, size: 4, fill: colours.lines[colour], width: 0 },
            spanGaps: false,
          }))),
    ],
    cursor: {
      y: false,
      points: { show: drawing.kind === 'lines' },
      // It stands in the middle of a step.
      move: (plot, left, top) => {
        const at = plot.data[0][plot.posToIdx(left)];
        return at === undefined || left < 0 ? [left, top] : [plot.valToPos(at, 'x'), top];
      },
      drag: { x: true, y: false, setScale: false, dist: leastDragPx },
      bind: {
        dblclick: () => () => {
          options.onReset();
          return null;
        },
      },
    },
    hooks: {
      draw: [
        (plot) => {
          const now = scene();
          if (now.drawing.kind === 'bars') {
            paintBars(plot, now.drawing.slots, now.steps, colours);
          }
          plot.ctx.font = `${11 * uPlot.pxRatio}px ${options.fontFamily}`;
          paintMarkers(plot, now.markers, colours);
        },
      ],
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor;
          const isOn = idx !== null && idx !== undefined && left !== undefined && left >= 0;
          options.onCursor(isOn ? idx : null, {
            leftPx: left ?? 0,
            plotPx: plot.over.clientWidth,
          });
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < leastDragPx) return;
          options.onSelect(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}
