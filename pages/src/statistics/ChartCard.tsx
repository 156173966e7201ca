// A card with a chart over time: its legend, zoom without a drag, the way to the cascades of what is shown, and the same
// numbers as a table for those who do not see it.
import { lazy, Suspense, type ReactElement } from 'react';
import { haveKnownLanguage } from '../chart/known-language.ts';
import { markersIn, type Marker } from '../chart/markers.ts';
import type { Drawing, StepWords } from '../chart/TimeChart.tsx';
import { closer, shownOf, stepAt, wholeOf, wider, type Span, type Steps } from '../chart/zoom.ts';
import { useZone } from '../time/clock.ts';
import { formatClock, formatDay, type Zone } from '../time/format.ts';
import { HrefLink } from '../ui/HrefLink.tsx';
import { Card, Nothing } from '../ui/Page.tsx';
import { zoomSearch } from './ranges.ts';

// It is large for a part of a page, and a page that has not got it works on.
const TimeChart = lazy(() => {
  haveKnownLanguage(navigator);
  return import('../chart/TimeChart.tsx').then(
    (module) => ({ default: module.TimeChart }),
    (error: unknown) => ({ default: () => <Missing why={String(error)} /> }),
  );
});

const heightPx = 196;
const dayMs = 86_400_000;

/** What is counted or measured of each step. */
export type Column = {
  name: string;
  /** A background class. */
  colour: string;
  textOf: (index: number) => string;
};

export type Zoom = {
  /** What the address asks for; null: the whole. */
  asked: Span | null;
  onZoom: (span: Span | null) => void;
};

/** "14:00", "24 Nov 14:00", "24 Nov": as exact as a step is. */
function stepName(atMs: number, stepMs: number, zone: Zone): string {
  const day = formatDay(atMs, zone).replace(/ \d+$/, '');
  if (stepMs >= dayMs) return day;
  return `${day} ${formatClock(atMs, zone, false).slice(0, 5)}`;
}

function Missing({ why }: { why: string }): ReactElement {
  return (
    <Nothing>
      <p className="text-ink">
        The chart could not be loaded. Load the page again to try once more.
      </p>
      <p className="mt-1 text-[12px] wrap-anywhere">{why}</p>
    </Nothing>
  );
}

/** @param cascadesOf filters of the list of cascades, beside the time */
function Shown(props: {
  steps: Steps;
  shown: Span;
  zone: Zone;
  cascadesOf: Readonly<Record<string, string>>;
}): ReactElement {
  const { steps, shown, zone } = props;
  const name = (atMs: number): string => stepName(atMs, steps.stepMs, zone);
  const search = new URLSearchParams({ ...props.cascadesOf, ...zoomSearch(shown) });
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-2.5 text-[12px]">
      <output>
        {name(shown.fromMs)} to {name(shown.untilMs)}
      </output>
      <HrefLink href={`/cascades?${search}`} className="link">
        Cascades in this time
      </HrefLink>
    </p>
  );
}

/** What the lines in the chart mark, for those who do not see it. */
function Marked(props: {
  steps: Steps;
  markers: readonly Marker[];
  nameOf: (index: number) => string;
}): ReactElement | null {
  const { steps, markers, nameOf } = props;
  const { fromMs, untilMs } = wholeOf(steps);
  const inside = markers.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
  if (inside.length === 0) return null;
  return (
    <ul aria-label="Changes in this time" className="sr-only">
      {inside.map(({ atMs, sentence }) => (
        <li key={`${atMs} ${sentence}`}>
          {nameOf(stepAt(steps, atMs))}: {sentence}
        </li>
      ))}
    </ul>
  );
}

export function ChartCard(props: {
  title: string;
  steps: Steps;
  /** The same without a closer look: other steps where `steps` are finer ones of a part. */
  whole: Steps;
  drawing: Drawing;
  valueText: (value: number) => string;
  columns: readonly Column[];
  /** Whether there is anything to tell of a step. */
  isTold: (index: number) => boolean;
  /** In the place of a chart that would be empty. */
  nothing: string;
  /** The earliest first. */
  markers: readonly Marker[];
  zoom: Zoom;
  cascadesOf: Readonly<Record<string, string>>;
}): ReactElement {
  const { title, steps, whole, columns, markers, zoom } = props;
  const { zone } = useZone();
  const told = Array.from({ length: steps.count }, (_, index) => index).filter(props.isTold);
  // Whoever looks at a part in which nothing happened must come out of it again.
  if (told.length === 0 && steps.stepMs === whole.stepMs) {
    return (
      <Card title={title}>
        <Nothing>{props.nothing}</Nothing>
      </Card>
    );
  }
  const shown = shownOf(steps, zoom.asked);
  const nameOf = (index: number): string =>
    stepName(steps.fromMs + steps.stepMs * index, steps.stepMs, zone);
  const wordsOf = (index: number): StepWords => ({
    title: nameOf(index),
    lines: [
      ...columns.map(({ name, colour, textOf }) => ({ colour, text: `${textOf(index)} ${name}` })),
      ...markersIn(markers, steps, index).map(({ sentence }) => ({ text: sentence })),
    ],
  });
  const { fromMs, untilMs } = shown ?? wholeOf(steps);
  const isClosest = untilMs - fromMs <= 2 * steps.stepMs;
  return (
    <Card
      title={title}
      aside={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span
            className="flex flex-wrap gap-x-4 gap-y-0.5 text-[12px] text-sub"
            aria-hidden="true"
          >
            {columns.map(({ name, colour }) => (
              <span key={name} className="flex items-center gap-1.5">
                <span className={`size-2.5 rounded-xs ${colour}`} />
                {name}
              </span>
            ))}
          </span>
          <span className="flex gap-1">
            <button
              type="button"
              className="btn w-8 justify-center px-0!"
              aria-label={`Show less time, the latest, of ${title}`}
              title="Closer; or drag over a time in the chart"
              disabled={isClosest}
              onClick={() => zoom.onZoom(closer(steps, shown, untilMs))}
            >
              +
            </button>
            <button
              type="button"
              className="btn w-8 justify-center px-0!"
              aria-label={`Show more time of ${title}`}
              title="Wider"
              disabled={shown === null}
              onClick={() =>
                zoom.onZoom(wider(steps, shown) ?? wider(whole, shownOf(whole, zoom.asked)))
              }
            >
              −
            </button>
          </span>
        </span>
      }
    >
      {shown !== null && (
        <Shown steps={steps} shown={shown} zone={zone} cascadesOf={props.cascadesOf} />
      )}
      <div className="px-2 pt-1 pb-2">
        <Suspense fallback={<div style={{ height: heightPx }} />}>
          <TimeChart
            label={title}
            steps={steps}
            drawing={props.drawing}
            heightPx={heightPx}
            valueText={props.valueText}
            wordsOf={wordsOf}
            markers={markers}
            shown={shown}
            onZoom={zoom.onZoom}
          />
        </Suspense>
      </div>
      <table className="sr-only">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {told.map((index) => (
            <tr key={index}>
              <th scope="row">{nameOf(index)}</th>
              {columns.map(({ name, textOf }) => (
                <td key={name}>{textOf(index)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Marked steps={steps} markers={markers} nameOf={nameOf} />
    </Card>
  );
}
