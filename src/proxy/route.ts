// What a route is to the edge, whether a URL describes it or it is stored. Types only.
import type { StoredRoute } from '../config/configuration.ts';
import type { Algorithm, Lists } from './algorithms/algorithm.ts';

/** One of the ways that a route's events can take. */
export type Way = { algorithm: Algorithm; lists: Lists };

export type Route = Way & {
  /** Of a stored route; null where a URL describes it. */
  name: string | null;
  /** The way of a part of the events; null: all take the route's own. */
  rollout: (Way & { percent: number }) | null;
  /** Whose the deliveries are where an algorithm chooses one of several; null: as the first destination's name says. */
  job: string | null;
  takeOver: StoredRoute['takeOver'];
  /** Null: the Worker's. */
  attemptTimeoutMs: number | null;
  rotationPersistenceMs: number;
  /** Null: as the Worker's variables say. */
  signature: StoredRoute['signature'];
};
