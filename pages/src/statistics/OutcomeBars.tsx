// Deliveries by outcome, one bar for each step of time: where its parts stand is of stack.ts.
import type { ReactElement } from 'react';
import { barOf, mostOf, type Slot } from '../chart/stack.ts';

export function OutcomeBars(props: {
  slots: readonly Slot[];
  heightPx: number;
  /** Of one slot, for the pointer. */
  titleOf: (slot: Slot) => string;
}): ReactElement {
  const { slots, heightPx } = props;
  const most = mostOf(slots);
  return (
    <div
      aria-hidden="true"
      className="flex items-end gap-px border-b border-line"
      style={{ height: heightPx }}
    >
      {slots.map((slot) => {
        const { firstPx, retriedPx, failedPx } = barOf(slot, most, heightPx - 1);
        return (
          <span
            key={slot.atMs}
            title={props.titleOf(slot)}
            className="flex min-w-0 flex-1 flex-col justify-end self-stretch hover:bg-tint"
          >
            <span
              data-part="failed"
              className="block bg-(--tl-bar-fail)"
              style={{ height: failedPx }}
            />
            <span className="block bg-(--tl-bar-retry)" style={{ height: retriedPx }} />
            <span className="block bg-(--tl-bar-ok)" style={{ height: firstPx }} />
          </span>
        );
      })}
    </div>
  );
}
