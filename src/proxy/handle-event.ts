// The hot path, read from top to bottom: guard, plan, read, describe, choose, deliver, respond; recording
// goes on in the background. Nothing is asked on the way: what is stored is in memory.
import { type Stop, stopFor } from '../config/stops.ts';
import { passThrough } from './algorithms/pass-through.ts';
import { broadcast } from './broadcast.ts';
import { checkSignature, signatureFor } from './check-signature.ts';
import { forwardPlainly } from './forward-plainly.ts';
import { checkSender, type Sender } from './guard.ts';
import { HeaderFields } from './header-fields.ts';
import type { EdgeDeps } from './inbound.ts';
import { keepStopped } from './keep-stopped.ts';
import { checkLimits } from './limits.ts';
import { planRoute } from './plan-route.ts';
import { choose, describe, type Prepared } from './prepare.ts';
import { describeProblem, type EdgeProblem, problemResponse } from './problem.ts';
import { readBody } from './read-body.ts';
import { relay } from './relay.ts';

/**
 * `POST /?algorithm=…&destinations=…` or `POST /r/{route}`, with any method.
 * @param name the stored route that the path names; null: the URL describes one
 */
export async function handleEvent(
  request: Request,
  name: string | null,
  deps: EdgeDeps,
): Promise<Response> {
  const { url } = request;
  const { config } = deps;
  const at = deps.now();
  const headers = new HeaderFields(request.headers);
  const sender = await checkSender({ headers, url }, config, at);
  if (!sender.ok) return refuse(sender.problem, null, deps);
  return handleFrom(sender.value, { request, name, headers, at, isTest: false }, deps);
}

/** What a known sender asks; see {@link handleEvent}. @param asked.isTest an admin's: it need not be signed */
export async function handleFrom(
  sender: Sender,
  asked: {
    request: Request;
    name: string | null;
    headers: HeaderFields;
    /** ms since the epoch */
    at: number;
    isTest: boolean;
  },
  deps: EdgeDeps,
): Promise<Response> {
  const { request, name, headers, at, isTest } = asked;
  const { method, url } = request;
  const { config } = deps;
  const { source } = sender;
  const limited = await checkLimits({ headers, url }, sender, deps);
  if (!limited.ok) return refuse(limited.problem, source, deps);
  const route = planRoute({ url, name, sender }, config, deps);
  if (!route.ok) return refuse(route.problem, source, deps);
  const signature = signatureFor(route.value, deps);
  if (!signature.ok) return refuse(signature.problem, source, deps);

  const body = await readBody(request, headers, config);
  const required = isTest ? null : signature.value;
  const unsigned = await checkSignature({ headers, body }, required, config, at);
  if (unsigned) return refuse(unsigned, source, deps);
  const came = { method, headers, body, senderGone: request.signal };
  let prepared: Prepared;
  let stop: Stop | null = null;
  try {
    const read = await describe({ ...came, source, at, isTest }, deps);
    const published = stopFor(config.stops, read.event);
    if (published && (await deps.stopHolds(published))) stop = published;
    // Nobody's turn is taken by what is not delivered: the choice is the stateless one.
    prepared = await choose(read, route.value, stop ? { config, turnOf: noTurn } : deps);
  } catch (error) {
    // Nothing has been sent yet. Only pass-through has a destination that needs no choice of ours.
    const { algorithm, lists } = route.value;
    if (algorithm !== passThrough) throw error;
    return forwardPlainly(came, lists.destinations[0], route.value, error, deps);
  }
  if (stop) return keepStopped(prepared, route.value, stop, deps);
  const { inbound, choice, chosenBy } = prepared;
  if (choice.mode === 'relay') return relay(inbound, choice, route.value, deps);
  if (body.kind === 'stream') {
    await body.stream.cancel();
    const problem: EdgeProblem = {
      reason: 'body_too_large_to_keep',
      algorithm: chosenBy.algorithm,
      maxBytes: config.maxBodyBytes,
    };
    return refuse(problem, source, deps);
  }
  const bytes = body.kind === 'whole' ? body.bytes : null;
  return broadcast({ inbound, body: bytes, choice, chosenBy, route: route.value }, deps);
}

const noTurn = (): Promise<null> => Promise.resolve(null);

function refuse(problem: EdgeProblem, source: string | null, deps: EdgeDeps): Response {
  const { status, detail } = describeProblem(problem);
  deps.waitUntil(deps.recorder.refusal({ source, status, reason: problem.reason, detail }));
  return problemResponse(problem);
}
