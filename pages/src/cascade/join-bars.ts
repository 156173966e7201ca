// Bars of a lifeline that lie over each other, as one: in a large cascade hundreds of them run beside what is in sight, and
// nobody sees that there is more than one. Pure.
import type { BackOff, Bar } from './layout.ts';

/** By height. Those that look different stay apart. */
export function joinBars<T extends Bar | BackOff>(bars: readonly T[]): T[] {
  const joined: T[] = [];
  const lastOf = new Map<string, number>();
  for (const bar of bars.toSorted((a, b) => a.top - b.top)) {
    const place = `${bar.x} ${'look' in bar ? bar.look : ''}`;
    const index = lastOf.get(place);
    const last = index === undefined ? undefined : joined[index];
    if (index !== undefined && last !== undefined && bar.top <= last.bottom) {
      if (bar.bottom > last.bottom) joined[index] = { ...last, bottom: bar.bottom };
      continue;
    }
    lastOf.set(place, joined.length);
    joined.push(bar);
  }
  return joined;
}
