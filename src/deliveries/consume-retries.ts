// The consumer of the `retries` queue: hands each message's delivery to makeRetry when it is due, and does to the
// message what the verdict says. docs/decisions/007-retries-at-least-once.md says why it is done like this.
import { messageOf } from '../error-message.ts';
import { makeRetry, type MakeRetryDeps, ownFailurePauseMs } from './make-retry.ts';
import { type Parcel, packParcel, unpackParcel, unpackPending } from './parcel.ts';
import type { PendingDelivery } from './pending-delivery.ts';
import type { RetryQueue } from './retry-queue.ts';
import { delaySecondsUntil, longestDelaySeconds, type SendParcelDeps } from './send-parcel.ts';

/** What is used of a Cloudflare `Message<unknown>`. */
export type RetryMessage = {
  readonly id: string;
  readonly body: unknown;
  /** When it was sent. */
  readonly timestamp: Date;
  /** How often the queue has handed it out, this time included. */
  readonly attempts: number;
  ack(): void;
  retry(options?: { delaySeconds?: number }): void;
};

export type ConsumeRetriesDeps = MakeRetryDeps &
  SendParcelDeps & {
    retries: Pick<RetryQueue, 'bury'>;
  };

const ownFailurePauseSeconds = ownFailurePauseMs / 1_000;
/** The pause for what this version cannot read: another version may. */
const unreadablePauseSeconds = 3_600;
/**
 * A queue keeps a message for its retention time (four days unless set, 14 at most:
 * developers.cloudflare.com/queues/platform/limits), and asking for it again does not count as sending it. One that
 * would grow older than this is replaced by a new one.
 */
const longestLifeMs = 3 * 86_400_000;
/** A message that is this little early is due. */
const toleranceMs = 1_000;

/**
 * Takes a batch, all messages side by side: it must be smaller than the number of connections that an invocation
 * may have waiting. Never throws; each message is acknowledged, or asked for again, by itself.
 *
 * One message carries a delivery through all its attempts: it is asked for again after each failure, and replaced
 * only where a pause or the whole schedule is longer than a message can wait, so that a crash between an attempt and its acknowledgement cannot fork it. How often the queue has
 * handed it out counts its attempts, those included that a crash cut off. What failed before an attempt began (the
 * bucket out of reach, the configuration unreadable) is no attempt: a new message takes its place, with the same count.
 */
export async function consumeRetries(
  batch: { readonly messages: readonly RetryMessage[] },
  deps: ConsumeRetriesDeps,
): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      try {
        await consume(message, deps);
      } catch (error) {
        // Whatever went wrong is not the destination's doing; the message stays in the queue.
        message.retry({ delaySeconds: ownFailurePauseSeconds });
        deps.report('A retry could not be made and will come again.', {
          messageId: message.id,
          error: messageOf(error),
        });
      }
    }),
  );
}

async function consume(message: RetryMessage, deps: ConsumeRetriesDeps): Promise<void> {
  const parcel = unpackParcel(message.body);
  if (!parcel) {
    message.retry({ delaySeconds: unreadablePauseSeconds });
    deps.report('This version cannot read a message of the retries queue.', {
      messageId: message.id,
    });
    return;
  }
  if (parcel.dueAtMs - deps.now() > toleranceMs) {
    await replace(message, parcel, deps);
    return;
  }
  const attempts = attemptsOf(parcel) + message.attempts - 1;
  const laterUncounted = (delayMs: number): Promise<void> =>
    replace(message, laterParcel(parcel, attempts, deps.now() + delayMs), deps);
  let kept: PendingDelivery | null;
  try {
    kept = await pendingIn(parcel, deps);
  } catch (error) {
    // Nothing was attempted, so nothing is counted; where the queue refuses too, it is asked for again and is.
    await laterUncounted(ownFailurePauseMs);
    deps.report('The body of a retry could not be read; it waits.', {
      messageId: message.id,
      error: messageOf(error),
    });
    return;
  }
  if (!kept) {
    // The delivery is over: a stand-by was taken back, or the message of a finished one came twice.
    message.ack();
    return;
  }
  const pending = { ...kept, attempts };
  const verdict = await makeRetry(pending, deps);
  switch (verdict.next) {
    case 'nothing':
      message.ack();
      await forget(parcel, deps);
      return;
    case 'attempt': {
      const seconds = Math.ceil(verdict.delayMs / 1_000);
      const ageMs = deps.now() - message.timestamp.getTime();
      if (seconds <= longestDelaySeconds && ageMs + verdict.delayMs <= longestLifeMs) {
        message.retry({ delaySeconds: seconds });
      } else {
        const dueAtMs = deps.now() + verdict.delayMs;
        await replace(message, laterParcel(parcel, pending.attempts + 1, dueAtMs), deps);
      }
      return;
    }
    case 'wait': {
      // Asked for again it would count as an attempt.
      await laterUncounted(verdict.delayMs);
      return;
    }
    case 'dead_letter':
      if (!(await deps.retries.bury(pending, verdict.death))) {
        message.retry({ delaySeconds: ownFailurePauseSeconds });
        return;
      }
      message.ack();
      await forget(parcel, deps);
  }
}

/** Puts a new message in the place of one whose wait must not count as an attempt. */
async function replace(message: RetryMessage, parcel: Parcel, deps: SendParcelDeps): Promise<void> {
  await deps.send(packParcel(parcel), delaySecondsUntil(parcel.dueAtMs, deps.now()));
  message.ack();
}

function laterParcel(parcel: Parcel, attempts: number, dueAtMs: number): Parcel {
  return parcel.kept === 'here'
    ? { ...parcel, dueAtMs, pending: { ...parcel.pending, attempts } }
    : { ...parcel, dueAtMs, attempts };
}

/** Made before the queue first handed this message out. */
function attemptsOf(parcel: Parcel): number {
  return parcel.kept === 'here' ? parcel.pending.attempts : parcel.attempts;
}

/** @returns null where the object is gone @throws where it cannot be read */
async function pendingIn(
  parcel: Parcel,
  deps: Pick<SendParcelDeps, 'bodies'>,
): Promise<PendingDelivery | null> {
  if (parcel.kept === 'here') return parcel.pending;
  const object = await deps.bodies.get(parcel.key);
  if (!object) return null;
  const pending = unpackPending(await object.text());
  if (!pending) throw new Error(`The object ${parcel.key} holds no delivery.`);
  return pending;
}

/** Drops a body that nobody needs any more. A message that comes twice finds it gone. */
async function forget(parcel: Parcel, deps: ConsumeRetriesDeps): Promise<void> {
  if (parcel.kept === 'here') return;
  try {
    await deps.bodies.delete(parcel.key);
  } catch (error) {
    // The delivery is over all the same; the bucket's own expiry removes the object.
    deps.report('A body that is not needed any more could not be deleted.', {
      key: parcel.key,
      error: messageOf(error),
    });
  }
}
