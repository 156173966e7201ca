// A retry that is queued while an attempt still runs, for the case that the Worker ends before the attempt
// does. It calls no destination; an attempt that arrives takes its stand-by back.
import { messageOf } from '../error-message.ts';
import { packParcel } from './parcel.ts';
import type { PendingDelivery } from './pending-delivery.ts';
import { delaySecondsUntil, keepPending, type SendParcelDeps } from './send-parcel.ts';
import { withinLimit } from './within-limit.ts';

export type StandBy = {
  /** Takes it back. Never rejects: at worst the destination sees the event again, with the same key. */
  release(): Promise<void>;
};

export type StandByDeps = SendParcelDeps & {
  wait(ms: number): Promise<void>;
  report(message: string, facts: Record<string, unknown>): void;
};

/** What has not settled by then counts as refused. */
const handOverLimitMs = 5_000;

/**
 * Queues the next attempt so that it can be taken back: a message cannot, but the object that it names can be
 * deleted, and a message whose object is gone is over.
 * @returns null when the queue or the bucket refused
 */
export async function standBy(
  pending: PendingDelivery,
  delayMs: number,
  deps: StandByDeps,
): Promise<StandBy | null> {
  const deliveryId = pending.delivery.id;
  const queued = async (): Promise<string> => {
    const key = await keepPending(pending, deps.bodies);
    const dueAtMs = Math.round(deps.now() + delayMs);
    const { attempts } = pending;
    await deps.send(
      packParcel({ v: 1, kept: 'bodies', dueAtMs, key, deliveryId, attempts }),
      delaySecondsUntil(dueAtMs, deps.now()),
    );
    return key;
  };
  try {
    const key = await withinLimit(queued(), handOverLimitMs, (ms) => deps.wait(ms));
    return {
      async release() {
        try {
          await deps.bodies.delete(key);
        } catch (error) {
          deps.report('A stand-by could not be taken back: its delivery may be made twice.', {
            deliveryId,
            error: messageOf(error),
          });
        }
      },
    };
  } catch (error) {
    deps.report('A running attempt could not be given a stand-by.', {
      deliveryId,
      error: messageOf(error),
    });
    return null;
  }
}
