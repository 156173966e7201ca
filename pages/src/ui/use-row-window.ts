// Which rows of a long list are drawn: those in sight and some more. Reveals a row, and keeps what is being read
// where it is when rows come above it. Knows nothing of what stands in a row.
import { useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** Rows beyond each edge, and the step in which the window moves: few at a time, since mounting a row is what takes time. */
const spare = 12;
const step = 3;

export interface RowWindow {
  scroller: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
  onScrollEnd: () => void;
  from: number;
  to: number;
  /** Rows that came below what is in sight. */
  newBelow: number;
  showEnd: () => void;
  reveal: (row: number) => void;
}

export interface RowWindowOptions {
  count: number;
  rowHeight: number;
  /** What stays on top of the rows while they scroll, in px. */
  headHeight: number;
  /** The row to bring into sight whenever `wantedName` changes; −1 for none. */
  wanted: number;
  wantedName: string | null;
  /** The row to begin with on top; −1 for the first. */
  start: number;
  /** Told when scrolling has come to rest, with the row on top. */
  onRest: (row: number) => void;
  /** Stands for what is shown; when it changes, the row that was on top stays there. */
  version: unknown;
  /** What names a row through changes, and the row of such a name (−1 for none). */
  anchorOf: (row: number) => number;
  rowOfAnchor: (anchor: number) => number;
  /** How much there is to show in all, folded or not: more of it is something new. */
  total: number;
}

export function useRowWindow(options: RowWindowOptions): RowWindow {
  const { count, rowHeight, headHeight, wantedName, version, total } = options;
  const scroller = useRef<HTMLDivElement>(null);
  // At first what a window has room for at most: mounting rows is most of what showing a list costs.
  const [range, setRange] = useState(() => ({
    from: 0,
    to: Math.ceil(window.innerHeight / rowHeight),
  }));
  const [newBelow, setNewBelow] = useState(0);
  const anchor = useRef<{ name: number; offset: number } | null>(null);
  const last = useRef({ version, count, total });

  const look = (): void => {
    const box = scroller.current;
    if (box === null) return;
    const top = Math.floor(box.scrollTop / rowHeight / step) * step;
    const shown = Math.ceil(box.clientHeight / rowHeight / step) * step;
    const from = Math.max(0, top - spare);
    const to = top + shown + spare + step;
    setRange((now) => (now.from === from && now.to === to ? now : { from, to }));
    const first = Math.floor(box.scrollTop / rowHeight);
    if (first < count) {
      anchor.current = {
        name: options.anchorOf(first),
        offset: box.scrollTop - first * rowHeight,
      };
    }
    if (box.scrollTop + box.clientHeight >= box.scrollHeight - rowHeight) setNewBelow(0);
  };
  const reveal = (row: number): void => {
    const box = scroller.current;
    if (box === null || row < 0) return;
    const top = row * rowHeight;
    const room = box.clientHeight - headHeight;
    if (top < box.scrollTop) box.scrollTop = Math.max(0, top - rowHeight);
    else if (top + rowHeight > box.scrollTop + room) box.scrollTop = top + 2 * rowHeight - room;
  };

  const begin = useEffectEvent(() => {
    const box = scroller.current;
    if (box !== null && options.start > 0) box.scrollTop = options.start * rowHeight;
  });
  useLayoutEffect(() => begin(), []);

  const showWanted = useEffectEvent(() => {
    reveal(options.wanted);
    look();
  });
  useLayoutEffect(() => {
    if (wantedName !== null) showWanted();
  }, [wantedName]);

  const settle = useEffectEvent((now: unknown) => {
    const box = scroller.current;
    const before = last.current;
    last.current = { version: now, count, total };
    if (box === null || before.version === now) return;
    const held = anchor.current;
    // Who reads the top goes on reading the top.
    const row = held === null || box.scrollTop === 0 ? -1 : options.rowOfAnchor(held.name);
    if (row >= 0 && held !== null) box.scrollTop = row * rowHeight + held.offset;
    const endIsBelow = box.scrollTop + box.clientHeight < count * rowHeight + headHeight;
    if (total > before.total && count > before.count && endIsBelow) {
      setNewBelow((known) => known + count - before.count);
    }
    look();
  });
  useLayoutEffect(() => settle(version), [version]);

  const measured = useEffectEvent(look);
  useLayoutEffect(() => {
    const box = scroller.current;
    if (box === null) return undefined;
    const observer = new ResizeObserver(() => measured());
    observer.observe(box);
    return () => observer.disconnect();
  }, []);

  return {
    scroller,
    onScroll: look,
    onScrollEnd: () => {
      const box = scroller.current;
      if (box !== null) options.onRest(Math.floor(box.scrollTop / rowHeight));
    },
    from: Math.min(range.from, Math.max(0, count - 1)),
    to: Math.min(range.to, count),
    newBelow,
    showEnd: () => {
      const box = scroller.current;
      if (box !== null) box.scrollTop = box.scrollHeight;
      setNewBelow(0);
    },
    reveal,
  };
}
