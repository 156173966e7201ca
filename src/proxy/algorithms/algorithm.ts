// What every algorithm is: a name, a check of what it is given, and a choice for each event.
import type { Destinations, RequestTarget } from '../parse-request-target.ts';
import type { EdgeProblem } from '../problem.ts';

/** One delivery, whose answer becomes the sender's. */
export type Relay = {
  mode: 'relay';
  /** What the delivery is for: it makes the delivery's id. */
  target: string;
  /** The destination whose job the delivery belongs to, whichever candidate takes it. */
  jobOf: URL;
  /** The first is called; the next takes over where an event surely was not processed. */
  candidates: Destinations;
  /** True where the choice was made without the state that it should rest on. */
  degraded: boolean;
};

/** Each destination a delivery of its own, which Throughline itself tries again where it fails. */
export type Each = { mode: 'each'; destinations: Destinations };

/** A choice says which deliveries an event makes. */
export type Choice = Relay | Each;

export type Algorithm = {
  /** As it is written in `?algorithm=`, in lower case with hyphens. */
  name: string;
  /** What is wrong with the lists for this algorithm, if anything. Pure. */
  check(lists: Lists): EdgeProblem | null;
  /** Chooses for one event among lists that passed the check. It calls no destination. */
  choose(lists: Lists, deps: ChoiceDeps): Choice | Promise<Choice>;
};

export type ChoiceDeps = {
  eventId: string;
  /** The stored route, and the name of its rotation; null where a URL describes the route. */
  route: { name: string; rotation: string } | null;
  /** The next turn of a rotation; null when it is out of reach. */
  turnOf(rotation: string): Promise<number | null>;
};

export type Lists = Pick<RequestTarget, 'destinations' | 'fallback'>;
