// A pending delivery as a queue message: packed, and unpacked again. A delivery that does not fit one is kept
// in the bucket of bodies, and the message names the object. It does no I/O.
import { z } from 'zod';
import { type PendingDelivery, pendingDeliverySchema } from './pending-delivery.ts';

/** When it is due, in ms since the epoch: a queue delays by 12 h at most, so it can come too early. */
const dueAtMs = z.number().int().nonnegative();

const parcelSchema = z.discriminatedUnion('kept', [
  z.object({
    v: z.literal(1),
    kept: z.literal('here'),
    dueAtMs,
    pending: pendingDeliverySchema,
  }),
  z.object({
    v: z.literal(1),
    kept: z.literal('bodies'),
    dueAtMs,
    key: z.string().min(1),
    deliveryId: z.string(),
    /** Made so far: the object itself is never written again. */
    attempts: z.number().int().nonnegative(),
  }),
]);

export type Parcel = z.infer<typeof parcelSchema>;

/**
 * A queue message may have 128 KB (developers.cloudflare.com/queues/platform/limits). The rest is for what a
 * dead letter says more, so that what fits here fits there.
 */
const maxParcelBytes = 110_000;

/** @returns JSON; null where it does not fit a queue message and has to be kept elsewhere */
export function packPending(pending: PendingDelivery, due: number): string | null {
  const text = packParcel({ v: 1, kept: 'here', dueAtMs: due, pending });
  // One UTF-16 unit is at least one byte of UTF-8: most texts need no count.
  if (text.length > maxParcelBytes) return null;
  return new TextEncoder().encode(text).length > maxParcelBytes ? null : text;
}

export function packParcel(parcel: Parcel): string {
  return JSON.stringify(parcel);
}

/** @returns null for what is no parcel */
export function unpackParcel(body: unknown): Parcel | null {
  const parsed = parcelSchema.safeParse(jsonOf(body));
  return parsed.success ? parsed.data : null;
}

/** Reads a delivery from the bucket of bodies. @returns null for what is none */
export function unpackPending(text: string): PendingDelivery | null {
  const parsed = pendingDeliverySchema.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : null;
}

function jsonOf(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON: no schema takes it.
    return undefined;
  }
}
