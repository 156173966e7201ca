// Says that more came below what is in sight, and leads there.
import type { ReactElement } from 'react';

export function NewBelow(props: { count: number; onShow: () => void }): ReactElement | null {
  if (props.count <= 0) return null;
  return (
    <button
      type="button"
      onClick={props.onShow}
      className="btn absolute bottom-3 left-1/2 z-10 -translate-x-1/2 rounded-full border-ink bg-ink px-3 text-(--tl-base) shadow-sheet hover:bg-ink!"
    >
      {props.count} new below
    </button>
  );
}
