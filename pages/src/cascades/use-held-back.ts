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
import { type Feed, type Held, type HeldFeed, heldOf, holdBack } from './feed.ts';

export interface HeldBack extends HeldFeed {
  /** Of the box that scrolls. */
  scroller: RefObject<HTMLDivElement | null>;
  /** What is newest now stays the newest, also where there is nothing. */
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

const nothing: Pick<Feed, 'traces' | 'olderCursor'> = { traces: [], olderCursor: null };

/**
 * @param feed undefined until it has come
 * @param isPaused nothing is released by reading on
 * @param onUnread told of each list that nobody reads on: a paused one is shown as it was
 */
export function useHeldBack(
  feed: Pick<Feed, 'traces' | 'olderCursor'> = nothing,
  { isPaused = false, onUnread }: { isPaused?: boolean; onUnread: () => void },
): HeldBack {
  const scroller = useRef<HTMLDivElement>(null);
  const pointing = useRef(false);
  const { traces } = feed;
  const [held, setHeld] = useState<Held | null>(null);
  const tell = useEffectEvent(onUnread);
  const isRead = held !== null && !isPaused;
  const count = traces.length;
  useEffect(() => {
    if (!isRead && count > 0) tell();
  }, [isRead, count]);

  const hold = (): void => setHeld((known) => known ?? heldOf(traces));
  const holdRows = (): void => {
    if (traces.length > 0) hold();
  };
  const release = (): void => {
    const at = scroller.current;
    const reads =
      pointing.current || (at?.scrollTop ?? 0) > 0 || at?.contains(document.activeElement) === true;
    if (!reads && !isPaused) setHeld(null);
  };
  return {
    ...holdBack(feed, held),
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
        holdRows();
      },
      onPointerLeave: () => {
        pointing.current = false;
        release();
      },
    },
    read: {
      onScroll: (event) => (event.currentTarget.scrollTop > 0 ? holdRows() : release()),
      onFocus: holdRows,
      onBlur: () => queueMicrotask(release),
    },
  };
}
