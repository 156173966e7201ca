// Delivers one share of a broadcast, all targets at once as far as connections allow. What fails is queued;
// the time for the answer ends the waiting, never an attempt.
import type { Admission } from '../circuits/shared-circuits.ts';
import { attempt } from '../deliveries/attempt.ts';
import type { AttemptEnd } from '../deliveries/attempt-end.ts';
import { bodyText } from '../deliveries/body-text.ts';
import { holdBackMs } from '../deliveries/hold-back.ts';
import type { PendingDelivery } from '../deliveries/pending-delivery.ts';
import { readToEnd } from '../deliveries/read-to-end.ts';
import { type Death, diedDisabled } from '../deliveries/retry-queue.ts';
import { nextDelayMs, parseRetryAfterMs } from '../deliveries/retry-schedule.ts';
import type { StandBy } from '../deliveries/stand-by.ts';
import { startAttemptLog } from './attempt-log.ts';
import { ConnectionSlots } from './connection-slots.ts';
import { keptHeaders } from './redact.ts';
import type { Share, ShareDeps, ShareResult, ShareTarget } from './share.ts';

/**
 * Of the six connections that an invocation may have waiting for headers, one is for what it records and
 * queues: developers.cloudflare.com/workers/platform/limits, "Simultaneous open connections".
 */
export const connectionsForDestinations = 5;

/** How long an attempt may go on after the answer: `waitUntil` ends 30 s after it, and queueing takes time. */
const afterAnswerMs = 20_000;
/** A stand-by comes due when the attempt must have ended. */
const standByMarginMs = 10_000;

/** Settles at the latest when the answer is due (and what did not arrive has been queued). Never rejects. */
export async function deliverShare(share: Share, deps: ShareDeps): Promise<ShareResult[]> {
  const late = new AbortController();
  const timeOver = deps.alarms.set(share.answerAtMs - deps.now(), () => late.abort());
  const room = {
    destinations: new ConnectionSlots(connectionsForDestinations),
    keeping: new ConnectionSlots(1),
    late: late.signal,
  };
  const runs = share.targets.map((target) => new ShareRun(target, share, room, deps));
  deps.waitUntil(Promise.all(runs.map((run) => run.over)));
  const results = await Promise.all(runs.map((run) => run.answer()));
  timeOver.clear();
  return results;
}

type Room = { destinations: ConnectionSlots; keeping: ConnectionSlots; late: AbortSignal };

/** One delivery of a share, from waiting for a connection to being delivered, queued or dead. */
class ShareRun {
  /** Settles when there is nothing left to do for it. Never rejects. */
  readonly over: Promise<ShareResult>;
  readonly #target: ShareTarget;
  readonly #share: Share;
  readonly #room: Room;
  readonly #deps: ShareDeps;
  #startedAtMs: number | null = null;
  #isHeldBack = false;
  /** From here on it is being queued or buried, and needs no stand-by. */
  #hasEnded = false;
  #standBy: Promise<StandBy | null> | null = null;

  constructor(target: ShareTarget, share: Share, room: Room, deps: ShareDeps) {
    this.#target = target;
    this.#share = share;
    this.#room = room;
    this.#deps = deps;
    this.over = this.#deliver();
  }

  /** What the sender is told: how it ended, or that it still runs when the time is over. */
  async answer(): Promise<ShareResult> {
    const late = new Promise<null>((resolve) => {
      this.#room.late.addEventListener('abort', () => resolve(null), { once: true });
      if (this.#room.late.aborted) resolve(null);
    });
    const ended = await Promise.race([this.over, late]);
    if (ended) return ended;
    // What has not begun by now is queued instead, and what has ended is about to be.
    if (this.#startedAtMs === null || this.#hasEnded) return this.over;
    this.#standBy = this.#keep(() => {
      const delayMs = this.#endsAtMs() + standByMarginMs - this.#deps.now();
      return this.#deps.standBy(this.#pending(), Math.max(0, delayMs));
    });
    const kept = await Promise.race([this.over, this.#standBy]);
    if (kept && 'state' in kept) return kept;
    // Nothing took it: only its end can tell.
    return kept ? this.#result('running', null) : this.over;
  }

  async #deliver(): Promise<ShareResult> {
    const { destinations, late } = this.#room;
    if (this.#target.isSlow) return this.#leaveToQueue();
    if (!(await destinations.take(late))) return this.#leaveToQueue();
    const admission = this.#deps.circuits.admit(new URL(this.#target.destination));
    if (!admission.admitted) {
      destinations.release();
      return this.#holdBack(admission);
    }
    this.#startedAtMs = this.#deps.now();
    const { end, retryAfterMs } = await this.#attempt();
    this.#hasEnded = true;
    if (end.outcome === 'delivered') {
      const held = await this.#standBy;
      await held?.release();
      return this.#result('delivered', end.status);
    }
    // A stand-by is queued already, and is what tries again.
    if (await this.#standBy) return this.#result('queued', end.status);
    const delayMs = nextDelayMs(this.#share.retries, {
      attempt: 1,
      status: end.status,
      retryAfterMs,
      random: this.#deps.random(),
    });
    return delayMs === null ? this.#bury(end) : this.#queue(delayMs, end.status);
  }

  /** Queued without an attempt. */
  async #leaveToQueue(): Promise<ShareResult> {
    return this.#seenWaiting(await this.#queue(0, null));
  }

  /** A delivery that waits for its first attempt is recorded. */
  #seenWaiting(result: ShareResult): ShareResult {
    const { described } = this.#share;
    const { delivery } = this.#target;
    if (result.state === 'queued') {
      const record = { v: 1, type: 'delivery', ...described, delivery } as const;
      this.#deps.waitUntil(this.#deps.recorder.delivery(record));
    }
    return result;
  }

  /** The slot is free again when the answer has begun; its time begins when it has the slot. */
  async #attempt(): Promise<{ end: AttemptEnd; retryAfterMs: number | null }> {
    const { described, method, body } = this.#share;
    const { delivery, headers } = this.#target;
    const destination = new URL(this.#target.destination);
    const { worksInBackground } = this.#target;
    const log = startAttemptLog(described, delivery, destination, this.#deps, {
      worksInBackground,
    });
    const result = await attempt({
      destination,
      method,
      headers: new Headers(headers),
      body,
      signing: {
        secrets: this.#deps.signingSecrets,
        deliveryId: delivery.id,
        atMs: this.#deps.now(),
      },
      timeoutMs: Math.max(1, this.#endsAtMs() - this.#deps.now()),
      alarms: this.#deps.alarms,
      // A broadcast does not end because its sender goes away: nobody else knows how far it came.
      senderGone: new AbortController().signal,
      circuits: this.#deps.circuits,
    });
    this.#room.destinations.release();
    const end = await readToEnd(result, Math.max(1, this.#endsAtMs() - this.#deps.now()));
    this.#deps.waitUntil(log.end(end));
    const retryAfter = result.answered ? result.response.headers.get('retry-after') : null;
    return { end, retryAfterMs: parseRetryAfterMs(retryAfter, this.#deps.now()) };
  }

  #endsAtMs(): number {
    const { answerAtMs } = this.#share;
    const { attemptTimeoutMs } = this.#target;
    const startedAtMs = this.#startedAtMs ?? this.#deps.now();
    return Math.min(startedAtMs + attemptTimeoutMs, answerAtMs + afterAnswerMs);
  }

  async #queue(delayMs: number, status: number | null): Promise<ShareResult> {
    const queued = await this.#keep(() => this.#deps.retries.enqueue(this.#pending(), delayMs));
    return this.#result(queued ? 'queued' : 'lost', status);
  }

  /** A destination that is not called now waits in the queue; one that is disabled has dead letters only. */
  async #holdBack(open: Extract<Admission, { admitted: false }>): Promise<ShareResult> {
    if (open.why === 'disabled') return this.#buryAs(diedDisabled);
    const { remainingMs, openForMs } = open;
    this.#isHeldBack = true;
    const waitMs = holdBackMs({ remainingMs, openForMs, random: this.#deps.random() });
    return this.#seenWaiting(await this.#queue(waitMs, null));
  }

  async #bury({ status, error }: AttemptEnd): Promise<ShareResult> {
    return this.#buryAs({ reason: status === 410 ? 'gone' : 'attempts_used_up', status, error });
  }

  async #buryAs(death: Death): Promise<ShareResult> {
    const buried = await this.#keep(() => this.#deps.retries.bury(this.#pending(), death));
    return this.#result(buried ? 'dead_letter' : 'lost', death.status);
  }

  /** One at a time, so that a refusing queue does not take the connections that destinations need. */
  async #keep<T>(work: () => Promise<T>): Promise<T> {
    await this.#room.keeping.take();
    try {
      return await work();
    } finally {
      this.#room.keeping.release();
    }
  }

  #pending(): PendingDelivery {
    const { described, method, body, headersLeftOut } = this.#share;
    const { delivery, destination, headers } = this.#target;
    return {
      ...described,
      delivery,
      destination,
      headers: keptHeaders(headers, headersLeftOut),
      method,
      body: body && bodyText(body),
      attempts: this.#startedAtMs === null ? 0 : 1,
      firstAttemptAt: new Date(this.#startedAtMs ?? this.#deps.now()).toISOString(),
      ...(this.#isHeldBack ? { heldBack: true } : {}),
    };
  }

  #result(state: ShareResult['state'], status: number | null): ShareResult {
    const { destination, delivery } = this.#target;
    return shareResult({ destination, delivery }, state, status);
  }
}

/** What a sender is told of one delivery. */
export function shareResult(
  target: Pick<ShareTarget, 'destination' | 'delivery'>,
  state: ShareResult['state'],
  status: number | null,
): ShareResult {
  const { origin, pathname } = new URL(target.destination);
  const { correlationId } = target.delivery;
  return { destination: origin + pathname, correlationId, state, status };
}
