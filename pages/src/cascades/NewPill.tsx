// "3 new": shows what was held back.
import type { ReactElement } from 'react';

/**
 * @param props.isCut more has come than is counted
 * @param props.place a class that says how far from the top
 */
export function NewPill(props: {
  waiting: number;
  isCut: boolean;
  place: string;
  onShow: () => void;
}): ReactElement | null {
  if (props.waiting === 0) return null;
  return (
    <button
      type="button"
      onClick={props.onShow}
      className={`btn absolute ${props.place} left-1/2 z-10 -translate-x-1/2 rounded-full border-ink bg-ink px-3 text-(--tl-base) shadow-sheet hover:bg-ink!`}
    >
      {props.waiting}
      {props.isCut && '+'} new
    </button>
  );
}
