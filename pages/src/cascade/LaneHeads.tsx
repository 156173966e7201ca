// The names of the lifelines and the times of the rows. Whoever moves the canvas moves their elements too, so that
// panning draws nothing again.
import { useStore } from '@xyflow/react';
import { memo, type ReactElement, type Ref } from 'react';
import { KindIcon } from '../ui/KindIcon.tsx';
import type { Layout } from './layout.ts';
import { laneWidth } from './measures.ts';
import type { TimeMark } from './rows.ts';
import { useLanesInSight, useWindow } from './use-window.ts';
import type { Cut } from './window.ts';

const markHeight = 15;

function useZoom(): number {
  return useStore(({ transform }) => transform[2]);
}

export const LaneHeads = memo(function LaneHeads(props: {
  layout: Layout;
  selectedLane: number | null;
  /** What moves sideways with the canvas. */
  movedRef: Ref<HTMLDivElement>;
}): ReactElement {
  const { layout, selectedLane, movedRef } = props;
  const zoom = useZoom();
  const [first, end] = useLanesInSight(layout);
  return (
    <div className="flex h-[50px] flex-none overflow-hidden border-b border-line bg-base">
      <span className="w-[74px] flex-none pt-[26px] pl-4 text-[11px] leading-4 text-sub max-sm:w-[60px] max-sm:pl-2.5">
        elapsed
      </span>
      <div className="relative min-w-0 flex-1 overflow-hidden">
        <div ref={movedRef} className="absolute inset-0 will-change-transform">
          {layout.lanes.slice(first, end).map(({ key, kind, name, centre }, index) => (
            <div
              key={key}
              title={`${kind} ${name}`}
              className={`absolute flex h-[50px] flex-col items-center overflow-hidden border-l border-hair px-1 pt-[7px] ${first + index === selectedLane ? 'shadow-[inset_0_-2px_0_var(--tl-ink)]' : ''}`}
              style={{ left: (centre - laneWidth / 2) * zoom, width: laneWidth * zoom }}
            >
              <span className="flex items-center gap-1 text-[11px] leading-4 whitespace-nowrap text-sub">
                <KindIcon kind={kind} size={12} />
                {kind === 'unknown' ? 'actor' : kind}
              </span>
              <b className="w-full truncate text-center text-[12px] leading-[17px] font-semibold tracking-[-0.012em]">
                {name}
              </b>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
});

/** Far out, rows stand closer than their times are high: then some times are left out, never the selection's. */
function spreadMarks(marks: TimeMark[], zoom: number, selectedId: string | null): TimeMark[] {
  let free = -Infinity;
  const selected = marks.find(({ nodeId }) => nodeId !== null && nodeId === selectedId);
  return marks.filter((mark) => {
    const at = mark.centre * zoom;
    if (mark === selected) {
      free = at + markHeight;
      return true;
    }
    const near = selected !== undefined && Math.abs(selected.centre * zoom - at) < markHeight;
    if (at < free || near) return false;
    free = at + markHeight;
    return true;
  });
}

export const TimeGutter = memo(function TimeGutter(props: {
  layout: Layout;
  cut: Cut;
  selectedId: string | null;
  /** What moves up and down with the canvas. */
  movedRef: Ref<HTMLDivElement>;
}): ReactElement {
  const { layout, cut, selectedId, movedRef } = props;
  const zoom = useZoom();
  const part = cut(useWindow(layout));
  const { folds } = part;
  const marks = spreadMarks(part.marks, zoom, selectedId);
  return (
    <div
      aria-hidden="true"
      className="relative w-[74px] flex-none overflow-hidden bg-canvas max-sm:w-[60px]"
    >
      <div ref={movedRef} className="absolute inset-0 will-change-transform">
        {folds.map(({ top, height }) => (
          <span
            key={top}
            className="absolute right-2.5 text-[11px] font-bold text-sub"
            style={{ top: (top + height / 2) * zoom - 9 }}
          >
            ⋮
          </span>
        ))}
        {marks.map(({ id, centre, text, nodeId }) => (
          <span
            key={id}
            className={`absolute right-2.5 text-[11px] leading-4 whitespace-nowrap ${nodeId !== null && nodeId === selectedId ? 'font-semibold text-ink' : 'text-sub'}`}
            style={{ top: centre * zoom - 8 }}
          >
            {text}
          </span>
        ))}
      </div>
    </div>
  );
});
