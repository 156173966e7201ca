// How many turns of a rotation each destination has had. Pure.

export interface Turns {
  destination: string;
  count: number;
  isNext: boolean;
}

/**
 * By the list as it is now: a turn's number modulo the list's length names its destination.
 * @param next the next turn; turns count up from 0
 */
export function turnsOf(next: number, destinations: readonly string[]): Turns[] {
  const size = destinations.length;
  return destinations.map((destination, index) => ({
    destination,
    count: Math.floor(next / size) + (index < next % size ? 1 : 0),
    isNext: index === next % size,
  }));
}
