// What becomes of an event whose trigger is stopped in its trace: every delivery of it is kept as a dead letter, and
// none is made. It decides neither that it is stopped, nor what becomes of what is kept.
import type { Stop } from '../config/stops.ts';
import { bodyText } from '../deliveries/body-text.ts';
import type { PendingDelivery } from '../deliveries/pending-delivery.ts';
import { diedStopped } from '../deliveries/retry-queue.ts';
import { targetsOf } from './broadcast.ts';
import type { EdgeDeps } from './inbound.ts';
import type { Prepared } from './prepare.ts';
import { problemResponse } from './problem.ts';
import { keptHeaders } from './redact.ts';
import type { Route } from './route.ts';

/** 202 when everything is kept, so that the sender does not come again; 503 when it is not, so that it does. */
export async function keepStopped(
  prepared: Prepared,
  route: Route,
  stop: Stop,
  deps: EdgeDeps,
): Promise<Response> {
  const work = keepAll(await pendingOfAll(prepared, route, deps), deps);
  // A sender that goes away does not end it.
  deps.waitUntil(work);
  const { kept, lost } = await work;
  if (lost > 0) return problemResponse({ reason: 'stopped_not_kept', lost, count: kept + lost });
  const { id, since, trigger } = stop;
  return Response.json({ stopped: { id, trigger, since }, kept }, { status: 202 });
}

async function keepAll(
  deliveries: readonly PendingDelivery[],
  deps: Pick<EdgeDeps, 'retries'>,
): Promise<{ kept: number; lost: number }> {
  const all = await Promise.all(
    deliveries.map((pending) => deps.retries.bury(pending, diedStopped)),
  );
  const kept = all.filter(Boolean).length;
  return { kept, lost: all.length - kept };
}

async function pendingOfAll(
  { inbound, choice, chosenBy }: Prepared,
  route: Route,
  { config }: EdgeDeps,
): Promise<PendingDelivery[]> {
  const { described, method, body } = inbound;
  const leftOut = config.redactions?.headers ?? new Set<string>();
  const shared = {
    ...described,
    method,
    // What was streamed was not read, so that nobody knows its trigger: it is never stopped.
    body: body.kind === 'whole' ? bodyText(body.bytes) : null,
    attempts: 0,
    firstAttemptAt: described.arrival.at,
  };
  if (choice.mode === 'relay') {
    const headers = keptHeaders(Object.entries(choice.headers), leftOut);
    const destination = choice.candidates[0].href;
    return [{ ...shared, delivery: choice.delivery, destination, headers }];
  }
  const targets = await targetsOf({ inbound, choice, chosenBy, route }, config);
  return targets.map(({ delivery, destination, headers }) => ({
    ...shared,
    delivery,
    destination,
    headers: keptHeaders(headers, leftOut),
  }));
}
