// Decides the IDs that follow from an event itself, so that a redelivery gets the same ones.
// Never draws chance and never reads a clock: the same fields always give the same IDs.
import { parseCreatedAt } from './created-at.ts';
import { sha256, toHex } from './sha256.ts';
import { assembleTraceId, traceHop, unattributedHop } from './trace-uuid.ts';

const hopDigits = 10;

/** SHA-256 over the fields as UTF-8 with one NUL byte between them. */
function hashOf(fields: readonly string[]): Promise<Uint8Array> {
  return sha256(fields.join('\0'));
}

/**
 * The trace id of an event that starts a trace: the same for all events of one transaction, because
 * they share `created_at` and what caused them.
 *
 * Bits 0–47 are the time of `createdAt` in ms, read as UTC. The hash bits are the first 34 bits of
 * SHA-256(source NUL cause NUL canonical createdAt): 12 of them at bits 52–63, after the version, and 22 at
 * bits 66–87, after the variant. The hop, bits 88–127, is 0.
 *
 * @param source The source's name.
 * @param cause Hasura's `trace_context.trace_id`, else the actor; a webhook's own id, else a random text.
 * @param createdAt As the sender wrote it; see `parseCreatedAt`.
 * @throws RangeError where `createdAt` is no time. Ask `parseCreatedAt` first where it comes from outside.
 */
export async function deriveTraceId(root: {
  source: string;
  cause: string;
  createdAt: string;
}): Promise<string> {
  const time = parseCreatedAt(root.createdAt);
  if (time === null) {
    throw new RangeError(
      `"${root.createdAt}" is no time to derive a trace from: it takes a timestamp since 1970.`,
    );
  }
  return assembleTraceId(time.ms, await hashOf([root.source, root.cause, time.canonical]));
}

/**
 * The IDs of one event's delivery to one target.
 *
 * @param target A destination's URL, or a route's name where its algorithm chooses one of several.
 * @param rerun Drawn for a rerun, and hashed after the others; a first delivery has none.
 * @returns `deliveryId`: SHA-256(source NUL event id NUL target [NUL rerun]) in 64 hex digits, also the
 * `idempotency-key`; `hop`: its first 40 bits in 10 hex digits, never one of the two reserved values.
 */
export async function deriveDelivery(delivery: {
  source: string;
  eventId: string;
  target: string;
  rerun?: string;
}): Promise<{ deliveryId: string; hop: string }> {
  const { source, eventId, target, rerun } = delivery;
  const fields = [source, eventId, target];
  const deliveryId = toHex(await hashOf(rerun === undefined ? fields : [...fields, rerun]));
  return { deliveryId, hop: hopOfDigest(deliveryId) };
}

/**
 * The hop that a digest gives: its first ten hex digits. The two that have a meaning of their own move one
 * inwards: `0000000000` (the trace) to `0000000001`, `ffffffffff` (unattributed) to `fffffffffe`.
 *
 * @param digest Lower-case hex, at least ten digits.
 */
export function hopOfDigest(digest: string): string {
  const hop = digest.slice(0, hopDigits);
  if (hop === traceHop) return '0000000001';
  return hop === unattributedHop ? 'fffffffffe' : hop;
}
