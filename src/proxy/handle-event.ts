// The hot path, read from top to bottom: guard, plan, read, describe, choose, deliver, respond; recording
// goes on in the background. No database and no stored configuration is asked on the way.
import type { Each, Relay } from './algorithms/algorithm.ts';
import { passThrough } from './algorithms/pass-through.ts';
import { broadcast } from './broadcast.ts';
import { checkSignature } from './check-signature.ts';
import { describeEvent } from './describe-event.ts';
import { forwardPlainly } from './forward-plainly.ts';
import { checkSender } from './guard.ts';
import { HeaderFields } from './header-fields.ts';
import type { EdgeDeps, Inbound } from './inbound.ts';
import { checkLimits } from './limits.ts';
import { planRoute, type Route } from './plan-route.ts';
import { describeProblem, type EdgeProblem, problemResponse } from './problem.ts';
import { readBody } from './read-body.ts';
import { type NamedDelivery, nameDelivery, relay } from './relay.ts';

/** `POST /?algorithm=…&destinations=…`, with any method. */
export async function handleEvent(request: Request, deps: EdgeDeps): Promise<Response> {
  const { method, url } = request;
  const headers = new HeaderFields(request.headers);
  const sender = await checkSender({ headers, url }, deps.config);
  if (!sender.ok) return refuse(sender.problem, null, deps);
  const { source } = sender.value;
  const limited = await checkLimits({ headers, url }, sender.value, deps);
  if (!limited.ok) return refuse(limited.problem, source, deps);
  const route = planRoute(url, deps.config);
  if (!route.ok) return refuse(route.problem, source, deps);
  const { algorithm, lists } = route.value;

  const at = deps.now();
  const body = await readBody(request, headers, deps.config);
  const unsigned = await checkSignature(headers, body, deps.config, at);
  if (unsigned) return refuse(unsigned, source, deps);
  const came = { method, headers, body, senderGone: request.signal };
  let prepared: Prepared;
  try {
    prepared = await prepare({ ...came, source, at }, route.value, deps);
  } catch (error) {
    // Nothing has been sent yet. Only pass-through has a destination that needs no choice of ours.
    if (algorithm !== passThrough) throw error;
    return forwardPlainly(came, lists.destinations[0], error, deps);
  }
  const { inbound, choice } = prepared;
  if (choice.mode === 'relay') return relay(inbound, choice, deps);
  if (body.kind === 'stream') {
    const { maxBodyBytes: maxBytes } = deps.config;
    await body.stream.cancel();
    return refuse(
      { reason: 'body_too_large_to_keep', algorithm: algorithm.name, maxBytes },
      source,
      deps,
    );
  }
  const bytes = body.kind === 'whole' ? body.bytes : null;
  return broadcast(inbound, bytes, choice, algorithm.name, deps);
}

type Prepared = {
  inbound: Inbound;
  choice: Each | (Relay & NamedDelivery);
};

/** Everything that can be told before anything is sent: the event, the choice, the delivery's name. */
async function prepare(
  came: Omit<Inbound, 'described'> & { source: string; at: number },
  { algorithm, lists }: Route,
  deps: EdgeDeps,
): Promise<Prepared> {
  const { source, at, ...request } = came;
  const described = await describeEvent({
    source,
    headers: request.headers,
    body: request.body.kind === 'whole' ? request.body.bytes : null,
    at,
  });
  const inbound: Inbound = { ...request, described };
  const choice = await algorithm.choose(lists, {
    eventId: described.event.id,
    turnOf: (name) => deps.turnOf(name),
  });
  return choice.mode === 'relay'
    ? { inbound, choice: { ...choice, ...(await nameDelivery(inbound, choice, algorithm.name)) } }
    : { inbound, choice };
}

function refuse(problem: EdgeProblem, source: string | null, deps: EdgeDeps): Response {
  const { status, detail } = describeProblem(problem);
  deps.waitUntil(deps.recorder.refusal({ source, status, reason: problem.reason, detail }));
  return problemResponse(problem);
}
