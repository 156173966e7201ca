// What lies behind the nodes: lifelines, bars of work, attempts, folded time, arrows. Drawn again only when the layout
// changes or another part of it is in sight; what was there then stays as it is.
import { memo, type ReactElement, type Ref } from 'react';
import { ArrowCaption, CauseArrow } from './CauseArrow.tsx';
import type { Bar, Lane, Layout } from './layout.ts';
import { halfBar } from './measures.ts';

/** Lifelines go on beyond a diagram that is shorter than the screen. */
const margin = 2_000;

const barClass: Record<Bar['look'], string> = {
  work: 'fill-tint stroke-edge',
  ok: 'fill-ok stroke-ok',
  fail: 'stroke-fail',
  retry: 'fill-retry stroke-retry',
  run: 'fill-run-tint stroke-run',
  wait: 'fill-wait-tint stroke-wait',
};

const labelClass: Record<Exclude<Bar['look'], 'work'>, string> = {
  ok: 'text-ok',
  fail: 'text-fail',
  retry: 'text-retry',
  run: 'text-run',
  wait: 'text-wait',
};

const Lifelines = memo(function Lifelines(props: { lanes: Lane[]; height: number }): ReactElement {
  const [y1, y2] = [-margin, props.height + margin];
  return (
    <svg width="1" height="1" className="absolute top-0 left-0 overflow-visible" aria-hidden="true">
      {props.lanes.map(({ key, centre }) => (
        <line key={key} x1={centre} x2={centre} y1={y1} y2={y2} stroke="var(--tl-life)" />
      ))}
    </svg>
  );
});

export const Backdrop = memo(function Backdrop(props: {
  /** What is drawn of it. */
  layout: Layout;
  /** Texts that stay in sight when the canvas is moved sideways. */
  stayingRef: Ref<HTMLDivElement>;
}): ReactElement {
  const { layout } = props;
  const { width, height } = layout;
  return (
    <div className="pointer-events-none absolute top-0 left-0 -z-1" style={{ width, height }}>
      {layout.folds.map(({ top, height: band }) => (
        <div key={top} className="tl-fold" style={{ top, height: band }} />
      ))}
      <Lifelines lanes={layout.lanes} height={height} />
      {/* Without a size of its own, which would have to change with what is in sight, and all places in it too. */}
      <svg
        width="1"
        height="1"
        className="absolute top-0 left-0 overflow-visible"
        aria-hidden="true"
      >
        <defs>
          <pattern
            id="tl-hatch"
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="5" height="5" className="fill-raised" />
            <rect width="2.5" height="5" className="fill-fail" />
          </pattern>
        </defs>
        {layout.bars.map(({ id, x, top: barTop, bottom, look }) => (
          <rect
            key={id}
            x={x - halfBar}
            y={barTop}
            width={halfBar * 2}
            height={Math.max(0, bottom - barTop)}
            rx="2"
            className={barClass[look]}
            fill={look === 'fail' ? 'url(#tl-hatch)' : undefined}
          />
        ))}
        {layout.backOffs.map(({ id, x, top: dotsTop, bottom }) => (
          <line
            key={id}
            x1={x}
            x2={x}
            y1={dotsTop}
            y2={bottom}
            stroke="var(--tl-retry)"
            strokeWidth="2.5"
            strokeDasharray="0.1 5"
            strokeLinecap="round"
          />
        ))}
        {layout.arrows.map((arrow) => (
          <CauseArrow key={arrow.id} arrow={arrow} />
        ))}
      </svg>
      <div ref={props.stayingRef} className="absolute top-0 left-3">
        {layout.folds.map(({ top: foldTop, height: band, text }) => (
          <span
            key={foldTop}
            className="absolute bg-canvas px-1 text-[11px] leading-4 whitespace-nowrap text-sub"
            style={{ top: foldTop + band / 2 - 8 }}
          >
            {text}
          </span>
        ))}
      </div>
      {layout.attempts.map(({ hop, index, x, centre, text, tone }) => (
        <span
          key={`${hop.id}-${index}`}
          className={`absolute rounded-[3px] bg-canvas px-[3px] text-[11px] leading-[14px] font-medium whitespace-nowrap ${labelClass[tone]}`}
          style={{ left: x, top: centre - 7 }}
        >
          {text}
        </span>
      ))}
      {layout.arrows.map(
        ({ id, caption, cause }) =>
          caption !== null && <ArrowCaption key={id} caption={caption} targetId={cause.to} />,
      )}
    </div>
  );
});
