// The hot path, read from top to bottom: guard, plan, read, describe, attempt, respond; recording goes on
// in the background. No database and no stored configuration is asked on the way.
import type { Config } from '../config/config.ts';
import { deriveDelivery } from '../correlation/derive.ts';
import { formatHopId } from '../correlation/correlation-id.ts';
import { hopUuid } from '../correlation/trace-uuid.ts';
import { traceparentFor } from '../correlation/trace-context.ts';
import { attempt, type AttemptEnd } from '../deliveries/attempt.ts';
import { jobName } from '../deliveries/job-name.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { AttemptRecord, DeliveryFacts } from '../store/record.ts';
import type { Plan } from './algorithms/algorithm.ts';
import { algorithms } from './algorithms/index.ts';
import { type DescribedEvent, describeEvent } from './describe-event.ts';
import { headersForDestination, headersForSender } from './forwarded-headers.ts';
import { checkDestinations, checkSender } from './guard.ts';
import { type Parsed, parseRequestTarget } from './parse-request-target.ts';
import { describeProblem, type EdgeProblem, problemResponse } from './problem.ts';
import { type InboundBody, readBody } from './read-body.ts';

export type EdgeDeps = {
  config: Config;
  recorder: Recorder;
  /** ms since the epoch */
  now(): number;
  /** Keeps background work alive after the answer. */
  waitUntil(work: Promise<unknown>): void;
};

/** A job that runs longer than this is shown as running while it does. */
const shownAsRunningAfterMs = 1_000;

/** `POST /?algorithm=…&destinations=…`, with any method. Answers with what the destination answered. */
export async function handleEvent(request: Request, deps: EdgeDeps): Promise<Response> {
  const sender = await checkSender(request.headers, deps.config);
  if (!sender.ok) return refuse(sender.problem, null, deps);
  const source = sender.value;
  const planned = planDelivery(request.url, deps.config);
  if (!planned.ok) return refuse(planned.problem, source, deps);
  const { algorithm, plan } = planned.value;

  const at = deps.now();
  const body = await readBody(request, deps.config.maxBodyBytes);
  const described = await describeEvent({
    source,
    headers: request.headers,
    body: body.kind === 'whole' ? body.bytes : null,
    at,
  });
  const delivery = await describeDelivery(described, plan, algorithm);
  const log = startRecord(described, delivery, plan.destination, deps);

  const result = await attempt({
    destination: plan.destination,
    method: request.method,
    headers: headersForDestination(request.headers, {
      'x-correlation-id': delivery.correlationId,
      'idempotency-key': delivery.id,
      traceparent: traceparentFor({
        traceId: described.event.traceId,
        hopId: delivery.hopId,
        inbound: request.headers.get('traceparent'),
      }),
    }),
    body: bodyOf(body),
    timeoutMs: deps.config.attemptTimeoutMs,
    senderGone: request.signal,
  });

  if (!result.answered) {
    deps.waitUntil(log.end(result.end));
    return problemResponse(problemOf(result.end, plan.destination, deps.config), {
      'x-correlation-id': delivery.correlationId,
    });
  }
  deps.waitUntil(result.ended.then((end) => log.end(end)));
  return new Response(result.body, {
    status: result.response.status,
    statusText: result.response.statusText,
    headers: headersForSender(result.response.headers, {
      correlationId: delivery.correlationId,
      keepRetryAfter: mayBeRetried(described),
    }),
  });
}

function planDelivery(url: string, config: Config): Parsed<{ algorithm: string; plan: Plan }> {
  const target = parseRequestTarget(rawQuery(url));
  if (!target.ok) return target;
  const algorithm = algorithms.get(target.value.algorithm);
  if (!algorithm) {
    const known = [...algorithms.keys()];
    const problem: EdgeProblem = {
      reason: 'algorithm_unknown',
      algorithm: target.value.algorithm.slice(0, 64),
      known,
    };
    return { ok: false, problem };
  }
  const allowed = checkDestinations(target.value.destinations, config);
  if (!allowed.ok) return allowed;
  const plans = algorithm.plan(allowed.value);
  return plans.ok
    ? { ok: true, value: { algorithm: algorithm.name, plan: plans.value[0] } }
    : plans;
}

async function describeDelivery(
  { event }: DescribedEvent,
  plan: Plan,
  algorithm: string,
): Promise<DeliveryFacts> {
  const derived = await deriveDelivery({
    source: event.source,
    eventId: event.id,
    target: plan.target,
  });
  const job = jobName(plan.destination);
  const hopId = hopUuid(event.traceId, derived.hop);
  return {
    id: derived.deliveryId,
    target: plan.target,
    algorithm,
    job,
    correlationId: formatHopId(event.trigger ?? 'webhook', job, hopId),
    hopId,
  };
}

/** Records the attempt when it ends, and before that where it takes its time. */
function startRecord(
  described: DescribedEvent,
  delivery: DeliveryFacts,
  destination: URL,
  deps: EdgeDeps,
): { end(end: AttemptEnd): Promise<void> } {
  const running: AttemptRecord = {
    v: 1,
    type: 'attempt',
    ...described,
    delivery,
    attempt: {
      id: crypto.randomUUID(),
      destination: destination.href,
      startedAt: new Date(deps.now()).toISOString(),
      endedAt: null,
      status: null,
      outcome: 'running',
      error: null,
      answer: null,
    },
  };
  const timer = setTimeout(
    () => deps.waitUntil(deps.recorder.attempt(running)),
    shownAsRunningAfterMs,
  );
  return {
    async end(end) {
      clearTimeout(timer);
      const endedAt = new Date(deps.now()).toISOString();
      await deps.recorder.attempt({
        ...running,
        attempt: { ...running.attempt, ...end, endedAt },
      });
    },
  };
}

function refuse(problem: EdgeProblem, source: string | null, deps: EdgeDeps): Response {
  const { status, detail } = describeProblem(problem);
  deps.waitUntil(deps.recorder.refusal({ source, status, reason: problem.reason, detail }));
  return problemResponse(problem);
}

function problemOf(end: AttemptEnd, destination: URL, config: Config): EdgeProblem {
  // The query may hold a secret of the destination's; the sender knows it, logs need not.
  const shown = destination.origin + destination.pathname;
  return end.outcome === 'timed_out'
    ? {
        reason: 'destination_timed_out',
        destination: shown,
        timeoutMs: config.attemptTimeoutMs,
      }
    : {
        reason: 'destination_unreachable',
        destination: shown,
        why: end.error ?? 'no reason is known',
      };
}

/** True unless Hasura has said that this was its last try. */
function mayBeRetried({ arrival }: DescribedEvent): boolean {
  const { currentRetry, maxRetries } = arrival;
  return currentRetry === null || maxRetries === null || currentRetry < maxRetries;
}

function bodyOf(body: InboundBody): BodyInit | null {
  switch (body.kind) {
    case 'none':
      return null;
    case 'whole':
      return body.bytes;
    case 'stream':
      return body.stream;
  }
}

/** The query as the sender wrote it: `new URL` would rewrite some of it. */
function rawQuery(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}
