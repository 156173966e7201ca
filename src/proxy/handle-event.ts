// The hot path, read from top to bottom: guard, plan, read, describe, choose, deliver, respond; recording
// goes on in the background. No database and no stored configuration is asked on the way.
import { broadcast } from './broadcast.ts';
import { checkSignature } from './check-signature.ts';
import { describeEvent } from './describe-event.ts';
import { checkSender } from './guard.ts';
import type { EdgeDeps, Inbound } from './inbound.ts';
import { checkLimits } from './limits.ts';
import { planRoute } from './plan-route.ts';
import { describeProblem, type EdgeProblem, problemResponse } from './problem.ts';
import { readBody } from './read-body.ts';
import { relay } from './relay.ts';

/** `POST /?algorithm=…&destinations=…`, with any method. */
export async function handleEvent(request: Request, deps: EdgeDeps): Promise<Response> {
  const sender = await checkSender(request, deps.config);
  if (!sender.ok) return refuse(sender.problem, null, deps);
  const { source } = sender.value;
  const limited = await checkLimits(request, sender.value, deps);
  if (!limited.ok) return refuse(limited.problem, source, deps);
  const route = planRoute(request.url, deps.config);
  if (!route.ok) return refuse(route.problem, source, deps);
  const { algorithm, lists } = route.value;

  const at = deps.now();
  const body = await readBody(request, deps.config);
  const unsigned = await checkSignature(request.headers, body, deps.config, at);
  if (unsigned) return refuse(unsigned, source, deps);
  const inbound: Inbound = {
    method: request.method,
    headers: request.headers,
    body,
    described: await describeEvent({
      source,
      headers: request.headers,
      body: body.kind === 'whole' ? body.bytes : null,
      at,
    }),
    senderGone: request.signal,
  };
  const choice = await algorithm.choose(lists, {
    eventId: inbound.described.event.id,
    turnOf: (name) => deps.turnOf(name),
  });
  if (choice.mode === 'relay') return relay(inbound, choice, algorithm.name, deps);
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

function refuse(problem: EdgeProblem, source: string | null, deps: EdgeDeps): Response {
  const { status, detail } = describeProblem(problem);
  deps.waitUntil(deps.recorder.refusal({ source, status, reason: problem.reason, detail }));
  return problemResponse(problem);
}
