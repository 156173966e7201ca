// Where its reader was on a page that scrolls: whoever goes back to it goes on reading there. Kept for each entry of this
// window's history, and gone with the window.
import { useRouterState } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';

/** In px from the top. */
const places = new Map<string, number>();

/** What says that the reader goes elsewhere by themselves. */
const moves = ['wheel', 'pointerdown', 'keydown'] as const;

/** @returns of the box that scrolls; what makes it high is its last child */
export function useScrollPlace(): RefObject<HTMLElement | null> {
  const box = useRef<HTMLElement>(null);
  // oxlint-disable-next-line eslint/no-underscore-dangle -- So the router calls an entry of the history.
  const entry = useRouterState({ select: ({ location }) => location.state.__TSR_key ?? '' });
  const known = useEffectEvent(() => places.get(entry) ?? 0);
  const keep = useEffectEvent((top: number) => void places.set(entry, top));
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const wanted = known();
    const onScroll = (): void => keep(element.scrollTop);
    // What the page shows may come later than the page.
    const grows = new ResizeObserver(() => {
      element.scrollTop = wanted;
      if (Math.ceil(element.scrollTop) >= wanted) stop();
    });
    const stop = (): void => {
      grows.disconnect();
      for (const move of moves) element.removeEventListener(move, stop);
      element.addEventListener('scroll', onScroll);
    };
    if (wanted === 0 || element.lastElementChild === null) stop();
    else {
      for (const move of moves) element.addEventListener(move, stop, { passive: true });
      grows.observe(element.lastElementChild);
    }
    return () => {
      stop();
      element.removeEventListener('scroll', onScroll);
    };
  }, []);
  return box;
}
