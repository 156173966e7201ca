// Decides which way of its route an event takes, and what is written down of it. Pure.
import type { DeliveryFacts, EventFacts } from '../store/record.ts';
import { takesRollout } from './rollout.ts';
import type { Route, Way } from './route.ts';

/** What every delivery of an event says of how it came about. */
export type ChosenBy = Pick<DeliveryFacts, 'algorithm' | 'route' | 'isRollout'>;

/** `rotation` is null where a URL describes the route: its destinations name its rotation then. */
export function chooseWay(
  route: Route,
  event: EventFacts,
): { way: Way; chosenBy: ChosenBy; rotation: string | null } {
  const { name, rollout } = route;
  if (name === null) {
    return { way: route, chosenBy: { algorithm: route.algorithm.name }, rotation: null };
  }
  const isRollout = rollout !== null && takesRollout(name, rollout.percent, event);
  const way = isRollout ? rollout : route;
  return {
    way,
    chosenBy: { algorithm: way.algorithm.name, route: name, isRollout },
    // Each side has a rotation of its own: one shared by two lists would be even over neither.
    rotation: rotationOf(name, isRollout),
  };
}

/** The rotations that the events of a stored route can use. */
export function rotationsOf(route: string): string[] {
  return [rotationOf(route, false), rotationOf(route, true)];
}

function rotationOf(route: string, isRollout: boolean): string {
  return isRollout ? `route:${route}:rollout` : `route:${route}`;
}
