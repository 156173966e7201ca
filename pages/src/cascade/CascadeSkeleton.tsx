// The cascade page's geometry before its data, shown after 150 ms.
import type { ReactElement } from 'react';
import { laneWidth, nodeHeight, nodeWidth, pitch, topPadding } from './measures.ts';

const lanes = [0, 1, 2, 3, 4, 5];

export function CascadeSkeleton(): ReactElement {
  return (
    <div
      aria-busy="true"
      className="flex min-h-0 flex-1 animate-[appear-late_1ms_150ms_both] flex-col"
    >
      <span className="sr-only">Loading the cascade</span>
      <div className="flex h-[68px] flex-none flex-col justify-center gap-2 border-b border-line bg-base px-4">
        <div className="skeleton-bar h-4 w-80 max-w-full" />
        <div className="skeleton-bar h-3 w-56 max-w-full" />
      </div>
      <div className="flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col overflow-hidden">
          <div className="h-10 flex-none border-b border-line bg-base" />
          <div className="h-[46px] flex-none border-b border-line bg-recess max-sm:hidden" />
          <div className="flex h-[50px] flex-none items-center border-b border-line bg-base pl-[74px]">
            {lanes.map((lane) => (
              <div
                key={lane}
                className="flex flex-none justify-center"
                style={{ width: laneWidth }}
              >
                <div className="skeleton-bar h-3 w-16" />
              </div>
            ))}
          </div>
          <div className="relative flex-1">
            {lanes.slice(1).map((lane) => (
              <div
                key={lane}
                className="skeleton-bar absolute"
                style={{
                  left: 74 + lane * laneWidth + (laneWidth - nodeWidth) / 2,
                  top: topPadding + (lane - 1) * pitch,
                  width: nodeWidth,
                  height: nodeHeight,
                }}
              />
            ))}
          </div>
        </div>
        <div className="w-[464px] flex-none border-l border-line bg-base max-[1099px]:hidden" />
      </div>
    </div>
  );
}
