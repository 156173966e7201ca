// What lies behind nodes and arrows: lifelines, bars of work, attempts, folded time. One SVG, drawn again
// only when the layout changes.
import { memo, type ReactElement } from 'react';
import type { Bar, Layout } from './layout.ts';
import { halfBar } from './measures.ts';

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

export const Backdrop = memo(function Backdrop({
  layout,
  height,
}: {
  layout: Layout;
  height: number;
}): ReactElement {
  const { width } = layout;
  return (
    <div className="pointer-events-none absolute top-0 left-0 -z-1" style={{ width, height }}>
      {layout.folds.map(({ top, height: band }) => (
        <div key={top} className="tl-fold" style={{ top, height: band }} />
      ))}
      <svg
        width={width}
        height={height}
        className="absolute inset-0 overflow-visible"
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
        {layout.lanes.map(({ key, centre }) => (
          <line
            key={key}
            x1={centre}
            x2={centre}
            y1={-2000}
            y2={height + 2000}
            stroke="var(--tl-life)"
          />
        ))}
        {layout.bars.map(({ id, x, top, bottom, look }) => (
          <rect
            key={id}
            x={x - halfBar}
            y={top}
            width={halfBar * 2}
            height={Math.max(0, bottom - top)}
            rx="2"
            className={barClass[look]}
            fill={look === 'fail' ? 'url(#tl-hatch)' : undefined}
          />
        ))}
        {layout.backOffs.map(({ id, x, top, bottom }) => (
          <line
            key={id}
            x1={x}
            x2={x}
            y1={top}
            y2={bottom}
            stroke="var(--tl-retry)"
            strokeWidth="2.5"
            strokeDasharray="0.1 5"
            strokeLinecap="round"
          />
        ))}
      </svg>
      {layout.folds.map(({ top, height: band, text }) => (
        <span
          key={top}
          className="absolute left-3 bg-canvas px-1 text-[11px] leading-4 whitespace-nowrap text-sub"
          style={{ top: top + band / 2 - 8 }}
        >
          {text}
        </span>
      ))}
      {layout.attempts.map(({ hop, index, x, centre, text, tone }) => (
        <span
          key={`${hop.id}-${index}`}
          className={`absolute rounded-[3px] bg-canvas px-[3px] text-[11px] leading-[14px] font-medium whitespace-nowrap ${labelClass[tone]}`}
          style={{ left: x, top: centre - 7 }}
        >
          {text}
        </span>
      ))}
    </div>
  );
});
