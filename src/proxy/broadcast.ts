// An event to every destination, each as a delivery of its own. It is acknowledged when every delivery has
// arrived or is durably kept; what failed is tried again by Throughline, not by the sender.
import type { EdgeConfig } from '../config/edge-config.ts';
import { retryPolicyOf } from '../config/retry-policy.ts';
import { messageOf } from '../error-message.ts';
import { bodyText } from '../deliveries/body-text.ts';
import type { Each } from './algorithms/algorithm.ts';
import type { ChosenBy } from './choose-way.ts';
import { connectionsForDestinations, deliverShare, shareResult } from './deliver-share.ts';
import { deliveryHeaders, describeDelivery } from './describe-delivery.ts';
import type { EdgeDeps, Inbound } from './inbound.ts';
import { attemptTimeoutMs, jobOf, worksInBackground } from './known-destination.ts';
import { problemResponse } from './problem.ts';
import { keptHeaders } from './redact.ts';
import type { Route } from './route.ts';
import type { Share, ShareResult, ShareTarget } from './share.ts';

/**
 * How many invocations one request may call: "a maximum of 32 Worker invocations", this one included
 * (developers.cloudflare.com/workers/runtime-apis/bindings/service-bindings, Limits).
 */
const mostShares = 31;

export type Broadcast = {
  inbound: Inbound;
  /** The whole of it: a body that is streamed could be sent once only. */
  body: Uint8Array | null;
  choice: Each;
  chosenBy: ChosenBy;
  route: Pick<Route, 'attemptTimeoutMs'>;
};

/** Delivers and answers: 200 when all have arrived, 202 when the rest is kept, 503 when it is not. */
export async function broadcast(
  { inbound, body, choice, chosenBy, route }: Broadcast,
  deps: EdgeDeps,
): Promise<Response> {
  const { config } = deps;
  const targets = await targetsOf({ inbound, choice, chosenBy, route }, config);
  const share: Share = {
    described: inbound.described,
    method: inbound.method,
    body,
    targets,
    answerAtMs: deps.now() + config.broadcastBudgetMs,
    headersLeftOut: config.redactions?.headers ?? new Set(),
    retries: retryPolicyOf(config, chosenBy.route),
  };
  const work = deliverAll(share, deps);
  // A sender that goes away does not end it: its deliveries are under way.
  deps.waitUntil(work);
  return answer(await work);
}

/** Names every delivery of a broadcast. Sends nothing. */
export function targetsOf(
  { inbound, choice, chosenBy, route }: Omit<Broadcast, 'body'>,
  config: EdgeConfig,
): Promise<ShareTarget[]> {
  const { event } = inbound.described;
  return Promise.all(
    choice.destinations.map(async (destination): Promise<ShareTarget> => {
      const { href } = destination;
      const job = jobOf(destination, config);
      const delivery = await describeDelivery(event, { ...chosenBy, target: href, job });
      return {
        delivery,
        destination: href,
        headers: Object.entries(deliveryHeaders(inbound.headers, event, delivery)),
        attemptTimeoutMs: attemptTimeoutMs(destination, route, config),
        isSlow: config.destinations.get(href)?.isSlow ?? false,
        worksInBackground: worksInBackground(destination, config),
      };
    }),
  );
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
  const { described, method, headersLeftOut } = share;
  const results: ShareResult[] = [];
  for (const { delivery, destination, headers } of share.targets) {
    const kept = keptHeaders(headers, headersLeftOut);
    const request = { delivery, destination, headers: kept, method, body };
    const pending = { ...described, ...request, attempts: 1, firstAttemptAt };
    const queued = await deps.retries.enqueue(pending, 0);
    if (queued) {
      // Whatever the failed share had begun, it waits from now on.
      deps.waitUntil(deps.recorder.delivery({ v: 1, type: 'delivery', ...described, delivery }));
    }
    results.push(shareResult(request, queued ? 'queued' : 'lost', null));
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
