// One delivery whose answer becomes the sender's. The next candidate takes over only where the one before surely did
// not process the event (or was not called, since its circuit is open), or where the route says so; what the last one
// said, or that it said nothing, is handed back.
import type { EdgeConfig } from '../config/edge-config.ts';
import { normaliseName } from '../correlation/names.ts';
import { type Attempt, attempt } from '../deliveries/attempt.ts';
import type { AttemptEnd } from '../deliveries/attempt-end.ts';
import { readToEnd } from '../deliveries/read-to-end.ts';
import type { DeliveryFacts } from '../store/record.ts';
import type { Relay } from './algorithms/algorithm.ts';
import { type AttemptLog, startAttemptLog } from './attempt-log.ts';
import { Candidates } from './choose-candidate.ts';
import type { ChosenBy } from './choose-way.ts';
import { deliveryHeaders, describeDelivery } from './describe-delivery.ts';
import { fitForSender } from './forwarded-headers.ts';
import type { EdgeDeps, Inbound } from './inbound.ts';
import { attemptTimeoutMs, jobOf, worksInBackground } from './known-destination.ts';
import { canComeAgain, isLastTry, pendingOf } from './pending-of.ts';
import { describeProblem, type EdgeProblem, problemResponse } from './problem.ts';
import { bodyOf } from './read-body.ts';
import type { Route } from './route.ts';

/** Less time than this is no attempt: the answer there is goes back instead. */
const leastAttemptMs = 1_000;
/** A sender that has not come again for so long will not. */
const longestSilenceMs = 86_400_000;
/** How long the answer of a candidate that was passed over may take to end. */
const passedOverMs = 10_000;

/** A delivery with its IDs, and the headers that its destination gets. */
export type NamedDelivery = { delivery: DeliveryFacts; headers: Record<string, string> };

/**
 * Names the one delivery of a choice. Sends nothing.
 * @param by.job the route's; null: as the destination's name says
 */
export async function nameDelivery(
  inbound: Inbound,
  { target, jobOf: destination }: Relay,
  { job, ...chosenBy }: ChosenBy & { job: string | null },
  config: EdgeConfig,
): Promise<NamedDelivery> {
  const { event } = inbound.described;
  const isOfDestination = target === destination.href;
  const delivery = await describeDelivery(event, {
    ...chosenBy,
    target,
    job: isOfDestination || job === null ? jobOf(destination, config) : normaliseName(job),
  });
  return { delivery, headers: deliveryHeaders(inbound.headers, event, delivery) };
}

/**
 * Delivers and answers. All candidates together have the time of one attempt, of the longest that one of them may
 * take; where the next takes over after a time-out too, each has an equal share of what is left.
 */
export function relay(
  inbound: Inbound,
  choice: Relay & NamedDelivery,
  route: Pick<Route, 'takeOver' | 'attemptTimeoutMs'>,
  deps: EdgeDeps,
): Promise<Response> {
  const work = deliver(inbound, choice, route, deps);
  // The runtime drops the work of a sender that went away, and with it the record of the cancelled attempt.
  deps.waitUntil(work);
  return work;
}

async function deliver(
  inbound: Inbound,
  choice: Relay & NamedDelivery,
  route: Pick<Route, 'takeOver' | 'attemptTimeoutMs'>,
  deps: EdgeDeps,
): Promise<Response> {
  const { delivery, headers } = choice;
  const timeOf = (destination: URL): number => attemptTimeoutMs(destination, route, deps.config);
  // One reading of the clock for each attempt: by a second, an attempt that has all the time would lose a millisecond.
  let now = deps.now();
  const endsAt = now + Math.max(...choice.candidates.map(timeOf));
  const candidates = new Candidates(choice.candidates, deps.circuits);
  // A body that is streamed is gone once it has been sent.
  const mayTakeOver = inbound.body.kind !== 'stream';
  let destination = candidates.first() ?? choice.candidates[0];
  for (;;) {
    const leftMs = endsAt - now;
    const shares = route.takeOver === 'any_failure' && mayTakeOver ? candidates.left + 1 : 1;
    const timeoutMs = Math.min(timeOf(destination), Math.ceil(leftMs / shares));
    const log = startAttemptLog(inbound.described, delivery, destination, deps, {
      degraded: choice.degraded,
      skipped: candidates.takeSkipped(),
      worksInBackground: worksInBackground(destination, deps.config),
    });
    const result = await attempt({
      destination,
      method: inbound.method,
      headers,
      body: bodyOf(inbound.body),
      signing: {
        secrets: deps.signingSecrets,
        deliveryId: delivery.id,
        atMs: now,
      },
      timeoutMs,
      alarms: deps.alarms,
      senderGone: brokenOff(inbound),
      circuits: deps.circuits,
    });
    now = deps.now();
    const hasTime = endsAt - now >= leastAttemptMs;
    const next = mayTakeOver && hasTime && isForNext(result, route) ? candidates.next() : null;
    if (!next) {
      return answer(result, log, { inbound, delivery, destination, headers, timeoutMs }, deps);
    }
    deps.waitUntil(readToEnd(result, passedOverMs).then((end) => log.end(end)));
    destination = next;
  }
}

/** Whether the next candidate is to take over: with the same idempotency key, whatever the one before did. */
function isForNext(result: Attempt, { takeOver }: Pick<Route, 'takeOver'>): boolean {
  if (surelyNotProcessed(result)) return true;
  if (takeOver === 'surely_not_processed') return false;
  return result.answered ? result.response.status >= 500 : result.end.outcome !== 'cancelled';
}

/**
 * True where the destination says that it did not take the event: RFC 6585 §4 (429) and RFC 9110
 * §15.6.4 (503). A connection that fails is no such word: the event may have arrived before it failed.
 */
function surelyNotProcessed(result: Attempt): boolean {
  return result.answered && (result.response.status === 429 || result.response.status === 503);
}

type Tried = {
  inbound: Inbound;
  delivery: DeliveryFacts;
  destination: URL;
  headers: Record<string, string>;
  timeoutMs: number;
};

function answer(result: Attempt, log: AttemptLog, tried: Tried, deps: EdgeDeps): Response {
  const { correlationId } = tried.delivery;
  if (!result.answered) {
    const tooLarge = bodyTooLarge(tried.inbound, deps);
    deps.waitUntil(close(tooLarge?.end ?? result.end, log, tried, deps));
    return problemResponse(tooLarge?.problem ?? problemOf(result.end, tried), {
      'x-correlation-id': correlationId,
    });
  }
  const { ended } = result;
  deps.waitUntil(
    ended instanceof Promise
      ? ended.then((end) => close(end, log, tried, deps))
      : close(ended, log, tried, deps),
  );
  const response = new Response(result.body, result.response);
  fitForSender(response.headers, {
    correlationId,
    keepRetryAfter: !isLastTry(tried.inbound.described.arrival),
  });
  return response;
}

/**
 * Records the end. What the sender will not try again becomes a dead letter, unless its body is gone: at once after
 * its last try; else in a day, unless it comes again or the delivery arrives meanwhile.
 */
function close(
  end: AttemptEnd,
  log: AttemptLog,
  tried: Tried,
  deps: EdgeDeps,
): Promise<unknown> | null {
  const recording = log.end(end);
  const { inbound } = tried;
  // Nobody comes again with a test, and nobody replays one.
  const isTest = inbound.described.event.isTest === true;
  const mayDie = end.outcome !== 'delivered' && canComeAgain(inbound) && !isTest;
  if (!mayDie) return recording;
  const leftOut = deps.config.redactions?.headers ?? new Set();
  const pending = pendingOf(inbound, { ...tried, attempts: 1 }, leftOut);
  const { status, error } = end;
  const dueInMs = isLastTry(inbound.described.arrival) ? 0 : longestSilenceMs;
  return Promise.all([
    recording,
    pending && deps.retries.bury(pending, { reason: 'sender_gave_up', status, error, dueInMs }),
  ]);
}

/** Fires when there will be no more of the request: the sender is gone, or sends more than it may. */
function brokenOff({ senderGone, body }: Inbound): AbortSignal {
  return body.kind === 'stream' ? AbortSignal.any([senderGone, body.brokenOff]) : senderGone;
}

/** What became of an attempt whose body turned out too large while it was sent; null where it did not. */
function bodyTooLarge(
  { body }: Inbound,
  { config }: EdgeDeps,
): { end: AttemptEnd; problem: EdgeProblem } | null {
  if (body.kind !== 'stream' || !body.tooLarge()) return null;
  const problem: EdgeProblem = { reason: 'body_too_large', maxBytes: config.maxStreamedBytes };
  const error = describeProblem(problem).detail;
  return { end: { outcome: 'failed', status: null, error, answer: null }, problem };
}

function problemOf(
  end: AttemptEnd,
  { destination, timeoutMs }: { destination: URL; timeoutMs: number },
): EdgeProblem {
  // The query may hold a secret of the destination's; the sender knows it, logs need not.
  const shown = destination.origin + destination.pathname;
  return end.outcome === 'timed_out'
    ? { reason: 'destination_timed_out', destination: shown, timeoutMs }
    : {
        reason: 'destination_unreachable',
        destination: shown,
        why: end.error ?? 'no reason is known',
      };
}
