// The last resort: when Throughline's own code fails around a pass-through request before anything was sent,
// the request goes on as through a bare proxy. It carries no correlation ID and is recorded nowhere but in
// the report; the sender and the job notice nothing. Never used before the guard has passed.
import { attempt } from '../deliveries/attempt.ts';
import { headersForDestination } from './forwarded-headers.ts';
import type { EdgeDeps, Inbound } from './inbound.ts';
import { attemptTimeoutMs } from './known-destination.ts';
import { problemResponse } from './problem.ts';
import { bodyOf } from './read-body.ts';
import type { Route } from './route.ts';

/** Forwards once and answers with what the destination answered. */
export async function forwardPlainly(
  inbound: Omit<Inbound, 'described'>,
  destination: URL,
  route: Pick<Route, 'attemptTimeoutMs'>,
  error: unknown,
  deps: EdgeDeps,
): Promise<Response> {
  // The query may hold a secret of the destination's.
  const shown = destination.origin + destination.pathname;
  deps.report('Throughline failed around a request, which was forwarded without it.', {
    destination: shown,
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  const result = await attempt({
    destination,
    method: inbound.method,
    headers: headersForDestination(inbound.headers, {}),
    body: bodyOf(inbound.body),
    signing: {
      secrets: deps.signingSecrets,
      deliveryId: crypto.randomUUID(),
      atMs: deps.now(),
    },
    timeoutMs: attemptTimeoutMs(destination, route, deps.config),
    alarms: deps.alarms,
    senderGone: inbound.senderGone,
    circuits: deps.circuits,
  });
  if (!result.answered) {
    const why = result.end.error ?? 'no reason is known';
    return problemResponse({ reason: 'destination_unreachable', destination: shown, why });
  }
  if (result.ended instanceof Promise) deps.waitUntil(result.ended);
  return new Response(result.body, result.response);
}
