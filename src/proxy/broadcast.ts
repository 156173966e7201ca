// An event to every destination, each as a delivery of its own. It is acknowledged when every delivery has
// arrived or is durably kept; what failed is tried again by Throughline, not by the sender.
import { retryPolicyOf } from '../config/retry-policy.ts';
import { messageOf } from '../error-message.ts';
import { bodyText } from '../deliveries/body-text.ts';
import type { Each } from './algorithms/algorithm.ts';
import { connectionsForDestinations, deliverShare, shareResult } from './deliver-share.ts';
import { deliveryHeaders, describeDelivery } from './describe-delivery.ts';
import type { EdgeDeps, Inbound } from './inbound.ts';
import { problemResponse } from './problem.ts';
import type { Share, ShareResult, ShareTarget } from './share.ts';

/**
 * How many invocations one request may call: "a maximum of 32 Worker invocations", this one included
 * (developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings, Limits).
 */
const mostShares = 31;

/**
 * Delivers and answers: 200 when all have arrived, 202 when the rest is kept, 503 when it is not.
 * @param body the whole body: one that is streamed could be sent once only
 */
export async function broadcast(
  inbound: Inbound,
  body: Uint8Array | null,
  choice: Each,
  algorithm: string,
  deps: EdgeDeps,
): Promise<Response> {
  const { event } = inbound.described;
  const targets = await Promise.all(
    choice.destinations.map(async (destination): Promise<ShareTarget> => {
      const purpose = { target: destination.href, jobOf: destination, algorithm };
      const delivery = await describeDelivery(event, purpose);
      const headers = Object.entries(deliveryHeaders(inbound.headers, event, delivery));
      return { delivery, destination: destination.href, headers };
    }),
  );
  const share: Share = {
    described: inbound.described,
    method: inbound.method,
    body,
    targets,
    answerAtMs: deps.now() + deps.config.broadcastBudgetMs,
    attemptTimeoutMs: deps.config.attemptTimeoutMs,
    retries: retryPolicyOf(deps.config, targets[0]?.delivery.route),
  };
  const work = deliverAll(share, deps);
  // A sender that goes away does not end it: its deliveries are under way.
  deps.waitUntil(work);
  return answer(await work);
}

/** A narrow broadcast is delivered here; a wide one in equal shares, each with connections of its own. */
async function deliverAll(share: Share, deps: EdgeDeps): Promise<ShareResult[]> {
  const { targets } = share;
  if (targets.length <= connectionsForDestinations) return deliverShare(share, deps);
  const count = Math.min(mostShares, Math.ceil(targets.length / connectionsForDestinations));
  const shares = Array.from({ length: count }, (_, index) => ({
    ...share,
    targets: targets.slice(
      Math.floor((index * targets.length) / count),
      Math.floor(((index + 1) * targets.length) / count),
    ),
  }));
  const results = await Promise.all(
    shares.map(async (part) => {
      try {
        return await deps.deliverElsewhere(part);
      } catch (error) {
        deps.report('An invocation with a share of a broadcast failed: the share is queued.', {
          deliveries: part.targets.length,
          error: messageOf(error),
        });
        return queueAll(part, deps);
      }
    }),
  );
  return results.flat();
}

/** Nobody knows how far a failed share came: all of it is tried again, with the same idempotency keys. */
async function queueAll(share: Share, deps: EdgeDeps): Promise<ShareResult[]> {
  const body = share.body && bodyText(share.body);
  const firstAttemptAt = new Date(deps.now()).toISOString();
  const { described, method } = share;
  const results: ShareResult[] = [];
  for (const target of share.targets) {
    const pending = { ...described, ...target, method, body, attempts: 1, firstAttemptAt };
    const queued = await deps.retries.enqueue(pending, 0);
    results.push(shareResult(target, queued ? 'queued' : 'lost', null));
  }
  return results;
}

function answer(deliveries: readonly ShareResult[]): Response {
  const lost = deliveries.filter(({ state }) => state === 'lost').length;
  if (lost > 0) {
    return problemResponse({ reason: 'broadcast_not_kept', lost, count: deliveries.length });
  }
  const all = deliveries.every(({ state }) => state === 'delivered');
  return Response.json({ deliveries }, { status: all ? 200 : 202 });
}
