// A share of a broadcast: what one invocation delivers. Types only, and plain data only, since a share can
// go to another invocation.
import type { Circuits } from '../circuits/circuits.ts';
import type { RetryPolicy } from '../config/retry-policy.ts';
import type { Alarms } from '../deliveries/alarms.ts';
import type { StandBy } from '../deliveries/stand-by.ts';
import type { PendingDelivery } from '../deliveries/pending-delivery.ts';
import type { RetryQueue } from '../deliveries/retry-queue.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { DeliveryFacts } from '../store/record.ts';
import type { DescribedEvent } from './describe-event.ts';

export type Share = {
  described: DescribedEvent;
  method: string;
  body: Uint8Array | null;
  targets: readonly ShareTarget[];
  /** When the sender gets its answer, in ms since the epoch, whatever still runs. */
  answerAtMs: number;
  /** Names of header fields that may not be kept with what waits. */
  headersLeftOut: ReadonlySet<string>;
  /** When what fails is tried again. */
  retries: RetryPolicy;
};

export type ShareTarget = {
  delivery: DeliveryFacts;
  destination: string;
  headers: [string, string][];
  /** For one attempt, until its answer begins. */
  attemptTimeoutMs: number;
  /** Known to take longer than a broadcast may: delivered from the queue from the start. */
  isSlow: boolean;
  /** Its job goes on after it has answered. */
  worksInBackground: boolean;
};

/** What became of one delivery by the time of the answer. */
export type ShareResult = {
  /** Without its query, which may hold a secret. */
  destination: string;
  correlationId: string;
  /**
   * `queued`: it is tried again, or for the first time where its circuit is open. `running`: its attempt goes on, and is made again if it does not arrive.
   * `dead_letter`: the destination is gone for good, or disabled. `lost`: it failed, and nothing took it to try again.
   */
  state: 'delivered' | 'queued' | 'running' | 'dead_letter' | 'lost';
  /** The destination's, where there is one. */
  status: number | null;
};

export type ShareDeps = {
  recorder: Recorder;
  circuits: Circuits;
  retries: RetryQueue;
  /** Queues a retry of a running attempt that can be taken back; null when it was refused. */
  standBy(pending: PendingDelivery, delayMs: number): Promise<StandBy | null>;
  /** With which deliveries are signed; none: they are not. */
  signingSecrets: readonly string[];
  alarms: Alarms;
  now(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Keeps background work alive after the answer. */
  /** @param work null: nothing goes on */
  waitUntil(work: Promise<unknown> | null): void;
};
