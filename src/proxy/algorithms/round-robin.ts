// One destination after the other, strictly even over the whole world; the next one takes over where an
// event surely was not processed. The rotation is kept elsewhere: without it the event's id chooses.
import { sha256, toHex } from '../../correlation/sha256.ts';
import type { Destinations } from '../parse-request-target.ts';
import type { Algorithm } from './algorithm.ts';

export const roundRobin: Algorithm = {
  name: 'round-robin',
  check: () => null,
  async choose({ destinations, fallback }, deps) {
    const route = deps.route?.name ?? (await unnamedRoute(destinations));
    const turn = await deps.turnOf(deps.route?.rotation ?? route);
    const place = turn ?? hashOf(deps.eventId);
    const [first = destinations[0], ...others] = from(place % destinations.length, destinations);
    // Who takes over changes with each round: one that is down must not double one other's load.
    const round = Math.floor(place / destinations.length);
    const next = others.length > 0 ? from(round % others.length, others) : others;
    return {
      mode: 'relay',
      target: route,
      jobOf: destinations[0],
      candidates: [first, ...next, ...fallback],
      degraded: turn === null,
    };
  },
};

/** All of a list, beginning at `start`. */
function from<T>(start: number, list: readonly T[]): T[] {
  return [...list.slice(start), ...list.slice(0, start)];
}

/** Names the route that a list of destinations makes, in the order given. */
async function unnamedRoute(destinations: Destinations): Promise<string> {
  const list = destinations.map((url) => url.href).join('\n');
  return `round-robin:${toHex(await sha256(list)).slice(0, 32)}`;
}

/** FNV-1a, 32 bits: the same event always goes to the same destination. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}
