// Where the parts of a bar stand: what arrived at once below, what took more than one attempt above it, what failed on
// top. Pure. A failure is never invisible.

/** How many deliveries of one slot of time ended how. */
export type Slot = {
  /** When it begins, ms. */
  atMs: number;
  first: number;
  retried: number;
  failed: number;
};

/** From the bottom up, in px. */
export type Bar = { firstPx: number; retriedPx: number; failedPx: number };

const leastPx = { first: 1, retried: 2, failed: 4 } as const;

function atLeast(count: number, pxPerOne: number, px: number): number {
  return count === 0 ? 0 : Math.max(px, count * pxPerOne);
}

/**
 * @param heightPx what `most` deliveries are as high as
 * @returns a bar not higher than `heightPx`: what is too low to be seen takes its height from the others
 */
export function barOf(slot: Slot, most: number, heightPx: number): Bar {
  const pxPerOne = heightPx / Math.max(1, most);
  const failedPx = atLeast(slot.failed, pxPerOne, leastPx.failed);
  const retriedPx = Math.min(
    atLeast(slot.retried, pxPerOne, leastPx.retried),
    Math.max(0, heightPx - failedPx),
  );
  const firstPx = Math.min(
    atLeast(slot.first, pxPerOne, leastPx.first),
    Math.max(0, heightPx - failedPx - retriedPx),
  );
  return { firstPx, retriedPx, failedPx };
}

export function totalOf(slot: Slot): number {
  return slot.first + slot.retried + slot.failed;
}

/** The highest number of any slot, 1 at least. */
export function mostOf(slots: readonly Slot[]): number {
  return slots.reduce((most, slot) => Math.max(most, totalOf(slot)), 1);
}
