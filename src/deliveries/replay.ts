// Makes a pending delivery of a dead letter: the same ids, idempotency key and headers, the schedule from its start.
import { bodyText } from './body-text.ts';
import { unpackPending } from './parcel.ts';
import { type PendingDelivery, pendingDeliverySchema } from './pending-delivery.ts';
import type { BodyStore } from './send-parcel.ts';

/** What is stored of a dead letter. */
export type KeptRequest = {
  destination: string;
  firstAttemptAt: string;
  /** Null, like the headers, where the request lies in the bucket under `bodyKey`. */
  method: string | null;
  headers: unknown;
  body: Uint8Array | null;
  bodyKey: string | null;
  /** Event, arrival and delivery. */
  facts: object;
};

/**
 * @returns null where the request is not in the bucket any more
 * @throws where what is kept is no delivery
 */
export async function pendingFrom(
  letter: KeptRequest,
  bodies: Pick<BodyStore, 'get'>,
): Promise<PendingDelivery | null> {
  if (letter.bodyKey !== null) {
    const object = await bodies.get(letter.bodyKey);
    if (!object) return null;
    const pending = unpackPending(await object.text());
    if (!pending) throw new Error(`The object ${letter.bodyKey} holds no delivery.`);
    const { heldBack: _heldBack, ...rest } = pending;
    return { ...rest, attempts: 0 };
  }
  const { destination, firstAttemptAt, method, headers, body, facts } = letter;
  return pendingDeliverySchema.parse({
    ...facts,
    destination,
    firstAttemptAt,
    method,
    headers,
    body: body && bodyText(body),
    attempts: 0,
  });
}
