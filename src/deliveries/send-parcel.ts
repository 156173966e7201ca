// Puts a pending delivery on the `retries` queue, or says that it cannot. Used at the edge and, with what the
// edge could not hand over, by the outbox.
import { packParcel, packPending } from './parcel.ts';
import type { PendingDelivery } from './pending-delivery.ts';

/** What is used of an R2 bucket. */
export type BodyStore = {
  put(key: string, text: string): Promise<unknown>;
  get(key: string): Promise<{ text(): Promise<string> } | null>;
  delete(key: string): Promise<void>;
};

export type SendParcelDeps = {
  /** Sends one message; `delaySeconds` is within a queue's limit. */
  send(text: string, delaySeconds: number): Promise<void>;
  bodies: BodyStore;
  now(): number;
};

/** developers.cloudflare.com/queues/platform/limits: "Maximum delay". */
export const longestDelaySeconds = 43_200;

/**
 * Queues one attempt. A delay above the queue's limit is split: the message comes earlier, and whoever takes it
 * sees that it is not due.
 * @param dueAtMs ms since the epoch
 * @throws when the queue, or the bucket for a large one, refuses
 */
export async function sendParcel(
  pending: PendingDelivery,
  dueAtMs: number,
  deps: SendParcelDeps,
): Promise<void> {
  const delaySeconds = delaySecondsUntil(dueAtMs, deps.now());
  const text = packPending(pending, dueAtMs);
  if (text !== null) return deps.send(text, delaySeconds);
  const key = await keepPending(pending, deps.bodies);
  await deps.send(
    packParcel({
      v: 1,
      kept: 'bodies',
      dueAtMs,
      key,
      deliveryId: pending.delivery.id,
      attempts: pending.attempts,
    }),
    delaySeconds,
  );
}

/** Keeps a whole delivery as an object of its own. @returns its key */
export async function keepPending(pending: PendingDelivery, bodies: BodyStore): Promise<string> {
  const key = `deliveries/${pending.delivery.id}/${crypto.randomUUID()}`;
  await bodies.put(key, JSON.stringify(pending));
  return key;
}

/** What to ask of a queue for something due then: never early by less than a second, never too long. */
export function delaySecondsUntil(dueAtMs: number, nowMs: number): number {
  const seconds = Math.ceil((dueAtMs - nowMs) / 1_000);
  return Math.min(Math.max(seconds, 0), longestDelaySeconds);
}
