// When a source of logs that is away is not asked: so that its time limit slows nobody but the one who looks whether it
// is back. Pure but for the state of one isolate, plain data.
import type { OfflineReason, SourceFailure } from './log-source.ts';

export type Outage = SourceFailure & {
  /** When the first of the failures in a row was, ms since the epoch. */
  sinceMs: number;
  /** How many there were in a row. */
  tries: number;
  /** When it is asked again, ms since the epoch. */
  nextTryAtMs: number;
};

/** By how many failures in a row there were; the first may be a chance. */
const waitsMs = [0, 5_000, 15_000, 30_000, 60_000] as const;
/** The longest that a Retry-After is believed. */
const longestWaitMs = 300_000;
/** Somebody may ask out of turn so often. */
const tryNowEveryMs = 1_000;
/** A probe that has not come back by then is forgotten. */
const probeLimitMs = 15_000;
/** What says nothing about whether the source is there. */
const noOutage: ReadonlySet<OfflineReason> = new Set(['query_refused', 'not_configured']);

export class SourceCircuit {
  #outage: Outage | null = null;
  #probeBeganAtMs: number | null = null;
  #lastAskedAtMs = Number.NEGATIVE_INFINITY;

  /** What is known of an outage; null while the source is well. */
  get outage(): Outage | null {
    return this.#outage;
  }

  /** Null: ask. Otherwise what is known without asking. */
  refuse(nowMs: number, tryNow: boolean): Outage | null {
    const outage = this.#outage;
    if (!outage) return null;
    const isProbing = this.#probeBeganAtMs !== null && nowMs - this.#probeBeganAtMs < probeLimitMs;
    const isDue = nowMs >= outage.nextTryAtMs;
    const mayTry = isDue || (tryNow && nowMs - this.#lastAskedAtMs >= tryNowEveryMs);
    if (!mayTry || (isProbing && outage.tries > 1)) return outage;
    this.#probeBeganAtMs = nowMs;
    this.#lastAskedAtMs = nowMs;
    return null;
  }

  /** Notes how an asking ended. @returns what there is to tell about an outage */
  note(failure: SourceFailure | null, nowMs: number): Outage | null {
    this.#probeBeganAtMs = null;
    if (failure === null) {
      this.#outage = null;
      return null;
    }
    if (noOutage.has(failure.reason)) {
      // It has answered.
      if (failure.reason === 'query_refused') this.#outage = null;
      return { ...failure, sinceMs: nowMs, tries: 1, nextTryAtMs: nowMs };
    }
    const tries = (this.#outage?.tries ?? 0) + 1;
    const waitMs = Math.max(
      waitsMs[Math.min(tries, waitsMs.length) - 1] ?? 60_000,
      Math.min(failure.retryAfterMs ?? 0, longestWaitMs),
    );
    this.#lastAskedAtMs = nowMs;
    this.#outage = {
      ...failure,
      sinceMs: this.#outage?.sinceMs ?? nowMs,
      tries,
      nextTryAtMs: nowMs + waitMs,
    };
    return this.#outage;
  }
}
