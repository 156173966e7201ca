// What every algorithm is: a name, and a choice among a route's destinations.
import type { Parsed } from '../parse-request-target.ts';

export type Plan = {
  /** What the delivery is for: it makes the delivery's id. */
  target: string;
  destination: URL;
};

export type Algorithm = {
  /** As it is written in `?algorithm=`. */
  name: string;
  /** Which deliveries an event makes. Pure: it never connects to anything. */
  plan(destinations: readonly URL[]): Parsed<readonly [Plan, ...Plan[]]>;
};
