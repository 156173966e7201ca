// One attempt of a pending delivery, written down before and after, so that none is lost when the Worker dies
// in between. It decides nothing about what comes next.
import type { Circuits } from '../circuits/circuits.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { AttemptRecord } from '../store/record.ts';
import { Alarms } from './alarms.ts';
import { attempt } from './attempt.ts';
import type { AttemptEnd } from './attempt-end.ts';
import { bodyBytes } from './body-text.ts';
import type { PendingDelivery } from './pending-delivery.ts';
import { readToEnd } from './read-to-end.ts';
import { parseRetryAfterMs } from './retry-schedule.ts';
import { skippedFacts } from './skipped-facts.ts';

export type AttemptPendingDeps = {
  recorder: Pick<Recorder, 'attempt'>;
  /** Until an answer begins, and again for the rest of it, in ms. */
  timeoutOf(pending: Pick<PendingDelivery, 'destination' | 'delivery'>): number;
  /** Whether its job goes on after it has answered. */
  worksInBackground(destination: URL): boolean;
  /** With which deliveries are signed; none: they are not. */
  signingSecrets: readonly string[];
  circuits: Circuits;
  now(): number;
};

/**
 * A queue's consumer has 15 minutes in all (developers.cloudflare.com/queues/platform/limits): 13 until the answer
 * begins, and what is left of 14 for the rest of it. The last one is for what is written down, and for what comes next.
 */
const longestWaitMs = 780_000;
const longestAttemptMs = 840_000;

/** Calls the destination once: same correlation ID, idempotency key and headers as ever. Never throws. */
export async function attemptPending(
  pending: PendingDelivery,
  deps: AttemptPendingDeps,
): Promise<{ end: AttemptEnd; retryAfterMs: number | null }> {
  const { event, arrival, delivery } = pending;
  const startedAtMs = deps.now();
  const destination = new URL(pending.destination);
  const running: AttemptRecord = {
    v: 1,
    type: 'attempt',
    event,
    arrival,
    delivery,
    attempt: {
      id: crypto.randomUUID(),
      destination: pending.destination,
      startedAt: new Date(startedAtMs).toISOString(),
      endedAt: null,
      status: null,
      outcome: 'running',
      error: null,
      answer: null,
      ...(pending.heldBack && pending.attempts === 0
        ? { skipped: [skippedFacts(destination, 'circuit_open')] }
        : {}),
      ...(deps.worksInBackground(destination) ? { worksInBackground: true } : {}),
    },
  };
  const timeoutMs = Math.min(deps.timeoutOf(pending), longestWaitMs);
  await deps.recorder.attempt(running);
  const result = await attempt({
    destination,
    method: pending.method,
    headers: new Headers(pending.headers),
    body: pending.body === null ? null : bodyBytes(pending.body),
    signing: { secrets: deps.signingSecrets, deliveryId: delivery.id, atMs: deps.now() },
    timeoutMs,
    alarms: new Alarms(),
    // The sender has had its answer long ago.
    senderGone: new AbortController().signal,
    circuits: deps.circuits,
  });
  const leftMs = startedAtMs + longestAttemptMs - deps.now();
  const end = await readToEnd(result, Math.min(timeoutMs, Math.max(1, leftMs)));
  const endedMs = deps.now();
  await deps.recorder.attempt({
    ...running,
    attempt: { ...running.attempt, ...end, endedAt: new Date(endedMs).toISOString() },
  });
  const retryAfter = result.answered ? result.response.headers.get('retry-after') : null;
  return { end, retryAfterMs: parseRetryAfterMs(retryAfter, endedMs) };
}
