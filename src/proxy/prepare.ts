// Makes an event ready for delivery: what happened, where it goes, under which name. Nothing is sent and nothing recorded.
import type { EventFacts } from '../store/record.ts';
import type { Each, Relay } from './algorithms/algorithm.ts';
import { type ChosenBy, chooseWay } from './choose-way.ts';
import { describeEvent } from './describe-event.ts';
import type { EdgeDeps, Inbound } from './inbound.ts';
import { redactEvent } from './redact.ts';
import { type NamedDelivery, nameDelivery } from './relay.ts';
import type { Route } from './route.ts';

/** An event with where it goes, before anything is sent. */
export type Prepared = {
  inbound: Inbound;
  choice: Each | (Relay & NamedDelivery);
  chosenBy: ChosenBy;
};

type Came = Omit<Inbound, 'described'> & { source: string; at: number; isTest?: boolean };

/** Everything that can be told before anything is sent: the event, the choice, the delivery's name. */
export async function prepare(
  came: Came,
  route: Route,
  deps: Pick<EdgeDeps, 'config' | 'turnOf'>,
): Promise<Prepared> {
  return choose(await describe(came, deps), route, deps);
}

/** `event` is whole; what may not be stored is left out of `inbound`. */
type Read = { inbound: Inbound; event: EventFacts };

/** What happened, by the request alone. */
export async function describe(came: Came, deps: Pick<EdgeDeps, 'config'>): Promise<Read> {
  const { source, at, isTest = false, ...request } = came;
  const { rowKeys, redactions } = deps.config;
  const { event: told, arrival } = await describeEvent({
    source,
    headers: request.headers,
    body: request.body.kind === 'whole' ? request.body.bytes : null,
    at,
    rowKeys,
  });
  const event = isTest ? { ...told, isTest } : told;
  // From here on there is only what may be stored.
  const described = { event: redactEvent(event, redactions, rowKeys), arrival };
  return { inbound: { ...request, described }, event };
}

/** Where it goes, by its route; takes a turn where the algorithm needs one. */
export async function choose(
  { inbound, event }: Read,
  route: Route,
  deps: Pick<EdgeDeps, 'config' | 'turnOf'>,
): Promise<Prepared> {
  const { way, chosenBy, rotation } = chooseWay(route, event);
  const choice = await way.algorithm.choose(way.lists, {
    eventId: event.id,
    route: route.name === null || rotation === null ? null : { name: route.name, rotation },
    turnOf: (name) => deps.turnOf(name, route.rotationPersistenceMs),
  });
  if (choice.mode === 'each') return { inbound, choice, chosenBy };
  const named = await nameDelivery(inbound, choice, { ...chosenBy, job: route.job }, deps.config);
  return { inbound, choice: { ...choice, ...named }, chosenBy };
}
