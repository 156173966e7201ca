// While somebody reads a list of cascades, new ones wait: from when a pointer, the focus or the scroll bar is in it until
// none of them is.
import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type HTMLAttributes,
  type PointerEventHandler,
  type RefObject,
  type UIEventHandler,
} from 'react';
import type { TraceSummary } from '../../../src/api/views.ts';
import { holdBack, type Place } from './feed.ts';

export interface HeldBack {
  shown: TraceSummary[];
  /** How many wait. */
  waiting: number;
  /** Of the box that scrolls. */
  scroller: RefObject<HTMLDivElement | null>;
  /** What is newest now stays the newest. */
  hold: () => void;
  /** Shows what waits, from the top. */
  showNew: () => void;
  /** For the box in which a pointer reads. */
  pointed: {
    onPointerMove: PointerEventHandler<HTMLElement>;
    onPointerLeave: PointerEventHandler<HTMLElement>;
  };
  /** For the box that scrolls. */
  read: Pick<HTMLAttributes<HTMLElement>, 'onFocus' | 'onBlur'> & {
    onScroll: UIEventHandler<HTMLElement>;
  };
}

/**
 * @param isPaused nothing is released by reading on
 * @param onUnread told of each list that nobody reads
 */
export function useHeldBack(
  traces: TraceSummary[],
  { isPaused = false, onUnread }: { isPaused?: boolean; onUnread: () => void },
): HeldBack {
  const scroller = useRef<HTMLDivElement>(null);
  const pointing = useRef(false);
  const [held, setHeld] = useState<Place | null>(null);
  const tell = useEffectEvent(onUnread);
  const isRead = held !== null;
  const count = traces.length;
  useEffect(() => {
    if (!isRead && count > 0) tell();
  }, [isRead, count]);

  const hold = (): void => setHeld((known) => known ?? traces[0] ?? null);
  const release = (): void => {
    const at = scroller.current;
    const reads =
      pointing.current || (at?.scrollTop ?? 0) > 0 || at?.contains(document.activeElement) === true;
    if (!reads && !isPaused) setHeld(null);
  };
  return {
    ...holdBack(traces, held),
    scroller,
    hold,
    showNew: () => {
      setHeld(null);
      scroller.current?.scrollTo({ top: 0 });
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    pointed: {
      onPointerMove: ({ pointerType }) => {
        // A finger that has tapped is no longer there.
        if (pointerType !== 'mouse') return;
        pointing.current = true;
        hold();
      },
      onPointerLeave: () => {
        pointing.current = false;
        release();
      },
    },
    read: {
      onScroll: (event) => (event.currentTarget.scrollTop > 0 ? hold() : release()),
      onFocus: hold,
      onBlur: () => queueMicrotask(release),
    },
  };
}
