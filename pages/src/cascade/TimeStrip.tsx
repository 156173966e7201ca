// The strip above the lanes: true linear time, and which part of it the canvas shows.
import { memo, useCallback, type PointerEvent, type ReactElement, type Ref } from 'react';
import { toneFill } from '../ui/tone-fill.ts';
import { useAfterPaint } from '../ui/use-after-paint.ts';
import type { Tone } from '../words/outcome.ts';
import type { Sequence } from './sequence.ts';
import { stripBars, stripTicks } from './strip.ts';
import { useIsSelected } from './view-store.ts';

function Bar(props: {
  nodeId: string;
  left: number;
  width: number;
  top: number;
  tone: Tone;
}): ReactElement {
  const selected = useIsSelected(props.nodeId);
  return (
    <i
      className={`absolute h-[3.5px] min-w-1 rounded-[1px] ${selected ? 'bg-ink' : toneFill[props.tone]}`}
      style={{ left: `${props.left * 100}%`, width: `${props.width * 100}%`, top: props.top }}
    />
  );
}

/** Of larger cascades the bars come after the first painting. */
const drawnAtOnce = 2_000;

/** Decorative for screen readers: every time is in the nodes' own labels. `windowRef` is moved from outside. */
export const TimeStrip = memo(function TimeStrip(props: {
  sequence: Sequence;
  windowRef: Ref<HTMLSpanElement>;
  onPick: (atMs: number) => void;
}): ReactElement {
  const { sequence, windowRef } = props;
  const totalMs = sequence.endMs - sequence.startMs;
  const bars = useAfterPaint(
    sequence.tree.arrays.count > drawnAtOnce,
    useCallback(() => (sequence.goesOn === null ? stripBars(sequence) : []), [sequence]),
  );
  const pick = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    props.onPick(
      sequence.startMs + ((event.clientX - box.left) / Math.max(1, box.width)) * totalMs,
    );
  };
  return (
    <div
      aria-hidden="true"
      className="flex h-[46px] flex-none border-b border-line bg-recess max-sm:hidden"
    >
      <span className="w-[74px] flex-none pt-1.5 pl-4 text-[11px] leading-[14px] text-sub">
        real time
      </span>
      <div className="relative mr-4 flex-1 cursor-pointer" onPointerDown={pick}>
        {bars?.map(({ id, nodeId, from, to, line, tone }) => (
          <Bar
            key={id}
            nodeId={nodeId}
            left={from}
            width={to - from}
            top={5 + line * 5}
            tone={tone}
          />
        ))}
        {stripTicks(totalMs).map(({ share, text }) => (
          <span
            key={text}
            className="absolute bottom-0.5 text-[10.5px] leading-[13px] whitespace-nowrap text-sub"
            style={share > 0.9 ? { right: `${(1 - share) * 100}%` } : { left: `${share * 100}%` }}
          >
            {text}
          </span>
        ))}
        <span
          ref={windowRef}
          className="pointer-events-none absolute inset-y-0 -mx-1 border-x-2 border-ink bg-ink/4"
          style={{ left: '0%', right: '0%' }}
        />
      </div>
    </div>
  );
});
