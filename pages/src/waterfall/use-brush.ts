// Drawing a stretch of time with the pointer: from where it went down to where it came up. Decides no zoom.
import { useRef, useState, type PointerEvent, type MouseEvent } from 'react';

/** Less than this is a click. */
const leastPx = 6;

export interface Brush {
  /** In percent of the axis; null while nothing is drawn. */
  drawn: { from: number; to: number } | null;
  handlers: {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    onPointerCancel: () => void;
    onClickCapture: (event: MouseEvent<HTMLElement>) => void;
  };
}

function limit(share: number): number {
  return Math.min(100, Math.max(0, share));
}

/** @param axisOf where the axis lies on the screen; null where there is none */
export function useBrush(
  axisOf: () => { left: number; width: number } | null,
  onDrawn: (from: number, to: number) => void,
): Brush {
  const [drawn, setDrawn] = useState<Brush['drawn']>(null);
  const began = useRef<{ x: number; share: number } | null>(null);
  const wasDrawn = useRef(false);
  const shareAt = (x: number): number | null => {
    const axis = axisOf();
    if (axis === null) return null;
    return ((x - axis.left) / Math.max(1, axis.width)) * 100;
  };
  return {
    drawn,
    handlers: {
      onPointerDown: (event) => {
        const share = shareAt(event.clientX);
        wasDrawn.current = false;
        // A finger scrolls.
        if (event.button !== 0 || event.pointerType === 'touch') return;
        if (share === null || share < 0 || share > 100) return;
        began.current = { x: event.clientX, share };
      },
      onPointerMove: (event) => {
        const from = began.current;
        const share = shareAt(event.clientX);
        if (from === null || share === null) return;
        if (drawn === null) {
          if (Math.abs(event.clientX - from.x) < leastPx) return;
          event.currentTarget.setPointerCapture(event.pointerId);
        }
        const now = limit(share);
        setDrawn({ from: Math.min(from.share, now), to: Math.max(from.share, now) });
      },
      onPointerUp: () => {
        began.current = null;
        if (drawn === null) return;
        wasDrawn.current = true;
        setDrawn(null);
        if (drawn.to > drawn.from) onDrawn(drawn.from, drawn.to);
      },
      onPointerCancel: () => {
        began.current = null;
        setDrawn(null);
      },
      // What was drawn is not also a click on the row below.
      onClickCapture: (event) => {
        if (!wasDrawn.current) return;
        wasDrawn.current = false;
        event.stopPropagation();
        event.preventDefault();
      },
    },
  };
}
