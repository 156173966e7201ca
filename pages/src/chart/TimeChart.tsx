// A chart over time: axes, a cursor with what it stands on, zoom by dragging and by keys. What is drawn, its words and what
// is shown of it come from outside. Loaded where there is something to draw.
import {
  useEffectEvent,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import uPlot from 'uplot';
import { useTheme } from '../frame/theme.ts';
import { useZone } from '../time/clock.ts';
import { useMedia } from '../ui/use-media.ts';
import type { Marker } from './markers.ts';
import { axisPx, chartColours, plotData, plotOptions, type Cursor, type Drawing } from './plot.ts';
import './time-chart.css';
import { closer, shownOf, spanOfSteps, stepAt, type Span, type Steps } from './zoom.ts';

export type { Drawing };

/** What is told of one step. */
export type StepWords = {
  title: string;
  lines: readonly { text: string; /** A background class. */ colour?: string }[];
};

export type TimeChartProps = {
  /** What is shown, for those who do not see it. */
  label: string;
  steps: Steps;
  drawing: Drawing;
  heightPx: number;
  valueText: (value: number) => string;
  wordsOf: (index: number) => StepWords;
  /** The earliest first. */
  markers: readonly Marker[];
  /** Null: the whole. */
  shown: Span | null;
  onZoom: (span: Span | null) => void;
};

export function TimeChart(props: TimeChartProps): ReactElement {
  const { label, steps, drawing, heightPx, valueText, wordsOf, markers, shown, onZoom } = props;
  const { zone } = useZone();
  const { choice } = useTheme();
  const mode = `${choice} ${useMedia('(prefers-color-scheme: dark)')}`;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const helpId = useId();
  const [cursor, setCursor] = useState<(Cursor & { index: number }) | null>(null);
  /** Where a choice of several steps by keys began. */
  const anchor = useRef<number | null>(null);
  const kind = drawing.kind === 'bars' ? 'bars' : String(drawing.lines.length);

  const scene = useEffectEvent(() => ({ steps, drawing, markers, shown, valueText }));
  const zoomTo = useEffectEvent((span: Span | null) => onZoom(shownOf(steps, span)));
  const zoomBetween = useEffectEvent((fromMs: number, untilMs: number) =>
    zoomTo(spanOfSteps(steps, stepAt(steps, fromMs), stepAt(steps, untilMs))),
  );

  const make = useEffectEvent((element: HTMLElement, ..._because: unknown[]) => {
    const options = plotOptions({
      colours: chartColours(element),
      fontFamily: getComputedStyle(element).fontFamily,
      zone,
      heightPx,
      scene: () => scene(),
      onCursor: (index, at) => setCursor(index === null ? null : { index, ...at }),
      onSelect: (fromMs, untilMs) => zoomBetween(fromMs, untilMs),
      onReset: () => zoomTo(null),
    });
    const size = { width: element.clientWidth, height: heightPx };
    return new uPlot({ ...options, ...size }, plotData(scene()), element);
  });
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return;
    const made = make(element, zone, mode, kind);
    plot.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: heightPx }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [zone, mode, heightPx, kind]);

  const redraw = useEffectEvent((..._because: unknown[]) =>
    plot.current?.setData(plotData(scene())),
  );
  useLayoutEffect(() => redraw(steps, drawing, markers, shown), [steps, drawing, markers, shown]);

  const first = shown === null ? 0 : stepAt(steps, shown.fromMs);
  const last = shown === null ? steps.count - 1 : stepAt(steps, shown.untilMs - 1);
  const told = cursor === null || cursor.index >= steps.count ? null : wordsOf(cursor.index);

  const point = (index: number, begunAt: number | null): void => {
    const made = plot.current;
    if (made === null) return;
    const leftOf = (at: number): number => made.valToPos(steps.fromMs + steps.stepMs * at, 'x');
    anchor.current = begunAt;
    const one = Math.min(begunAt ?? index, index);
    const other = Math.max(begunAt ?? index, index) + 1;
    const isChosen = begunAt !== null;
    made.setSelect(
      {
        left: isChosen ? leftOf(one) : 0,
        width: isChosen ? leftOf(other) - leftOf(one) : 0,
        top: 0,
        height: isChosen ? made.over.clientHeight : 0,
      },
      false,
    );
    made.setCursor({ left: leftOf(index + 0.5), top: 10 });
  };
  const within = (index: number): number => Math.min(last, Math.max(first, index));
  /** What the slider itself does not do. */
  const press = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = cursor?.index ?? last;
    const begunAt = anchor.current;
    if (event.shiftKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      point(within(at + (event.key === 'ArrowLeft' ? -1 : 1)), begunAt ?? at);
    } else if (event.key === 'Enter') {
      const middleMs = steps.fromMs + steps.stepMs * (at + 0.5);
      onZoom(
        begunAt === null
          ? closer(steps, shown, middleMs)
          : shownOf(steps, spanOfSteps(steps, begunAt, at)),
      );
      point(at, null);
    } else if (event.key === 'Escape' && (begunAt !== null || shown !== null)) {
      if (begunAt === null) onZoom(null);
      point(at, null);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div className="relative rounded outline-offset-2 outline-brand has-focus-visible:outline-2">
      <input
        type="range"
        className="sr-only"
        aria-label={label}
        aria-describedby={helpId}
        min={first}
        max={last}
        value={within(cursor?.index ?? last)}
        aria-valuetext={
          told === null ? '' : `${told.title}: ${told.lines.map(({ text }) => text).join(', ')}`
        }
        onChange={(event) => point(Number(event.target.value), null)}
        onKeyDown={press}
        onFocus={() => point(within(cursor?.index ?? last), null)}
        onBlur={() => {
          anchor.current = null;
          plot.current?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          plot.current?.setCursor({ left: -10, top: -10 });
        }}
      />
      <div ref={host} style={{ height: heightPx }} />
      {told !== null && cursor !== null && (
        <div
          aria-hidden="true"
          data-chart-tip=""
          className="pointer-events-none absolute top-1 z-10 max-w-[280px] rounded-md border border-line bg-raised px-2.5 py-1.5 text-[12px] leading-[17px] shadow-sheet"
          style={
            cursor.leftPx > cursor.plotPx / 2
              ? { right: cursor.plotPx - cursor.leftPx + 24 }
              : { left: axisPx + cursor.leftPx + 12 }
          }
        >
          <p className="font-semibold">{told.title}</p>
          {told.lines.map(({ text, colour }) => (
            <p key={text} className="flex items-center gap-1.5">
              {colour !== undefined && <span className={`size-2 rounded-xs ${colour}`} />}
              {text}
            </p>
          ))}
        </div>
      )}
      <span id={helpId} className="sr-only">
        Arrow keys go from step to step, with Shift they choose several. Enter shows what is chosen
        closer, Escape shows all.
      </span>
    </div>
  );
}
