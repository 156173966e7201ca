// Decides which events take a route's rollout: by hash of the row, so that a row stays on one side, and one that is
// in at 10 % is in at 20 %. Pure; it draws nothing.
import type { EventFacts } from '../store/record.ts';

/** How finely percentages are told apart. */
const steps = 2 ** 32;

/**
 * Whether the row's events, or an event without a row, take the rollout. Each route has its own order of rows, so
 * that not always the same ones go first.
 * @param percent from 0 (none) to 100 (all)
 */
export function takesRollout(
  route: string,
  percent: number,
  { id, source, table, rowKey }: Pick<EventFacts, 'id' | 'source' | 'table' | 'rowKey'>,
): boolean {
  const what =
    table === null || rowKey === null
      ? [route, source, id]
      : [route, source, table.schema, table.name, rowKey];
  return (hashOf(what.join('\0')) / steps) * 100 < percent;
}

/** FNV-1a, then the last step of MurmurHash3, which spreads keys that differ in their last digit. 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
