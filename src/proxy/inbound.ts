// What the parts of the hot path hand to each other. Types only.
import type { Config } from '../config/config.ts';
import type { RetryQueue } from '../deliveries/retry-queue.ts';
import type { Recorder } from '../recorder/recorder.ts';
import type { DescribedEvent } from './describe-event.ts';
import type { InboundBody } from './read-body.ts';

export type EdgeDeps = {
  config: Config;
  recorder: Recorder;
  /** Takes over what has failed. */
  retries: RetryQueue;
  /** False once this key has sent more than its share. */
  withinRate(keyId: string): Promise<boolean>;
  /** ms since the epoch */
  now(): number;
  /** Keeps background work alive after the answer. */
  waitUntil(work: Promise<unknown>): void;
  /** The next turn of a route's rotation; null when it is out of reach. */
  turnOf(route: string): Promise<number | null>;
};

/** A request that has passed the guard, with what it brought. */
export type Inbound = {
  method: string;
  headers: Headers;
  body: InboundBody;
  described: DescribedEvent;
  /** Fires when the sender goes away. */
  senderGone: AbortSignal;
};
