// The numbers by which the tables refer to events, deliveries, rows and contexts: 64 bits of hashes, as signed decimal
// text, since a JavaScript number has no place for them. Pure but for hashing; it knows no table.
import { hopOfDigest } from '../correlation/derive.ts';
import { sha256, toHex } from '../correlation/sha256.ts';

/** Names an event in the tables. */
export type EventKey = { traceId: string; ref: string };

/** Names a delivery in the tables. */
export type DeliveryKey = { traceId: string; ref: string };

/** An event's or a delivery's key as one text, to find it by in memory. */
export function keyText({ traceId, ref }: EventKey | DeliveryKey): string {
  return `${traceId} ${ref}`;
}

/** Names an attempt in the tables, with the event that it is about. */
export type AttemptKey = { traceId: string; deliveryRef: string; id: string; eventRef: string };

/** The first 64 bits of SHA-256 over the fields as UTF-8 with one NUL byte between them. */
async function refOf(fields: readonly string[]): Promise<string> {
  return refOfHex(toHex((await sha256(fields.join('\0'))).subarray(0, 8)));
}

/** Of an event, within its trace. */
export function eventRef(source: string, id: string): Promise<string> {
  return refOf([source, id]);
}

/** Of a row of an application's table. */
export function rowRef(row: {
  source: string;
  schema: string;
  table: string;
  key: string;
}): Promise<string> {
  return refOf([row.source, row.schema, row.table, row.key]);
}

/** Of a trace context. */
export function contextRef(contextTraceId: string): Promise<string> {
  return refOf([contextTraceId]);
}

/**
 * Of a delivery, within its trace: the 40 bits of its hop, then bits 41 to 64 of its id.
 * @param id 64 hex digits
 * @param hop ten hex digits: those that the id gives, unless it was handed out otherwise
 */
export function deliveryRef(id: string, hop: string = hopOfDigest(id)): string {
  return refOfHex(hop + id.slice(10, 16));
}

/** Of a hop that an event names: its 40 bits, signed. @param hopId a uuid */
export function namedHop(hopId: string): string {
  return BigInt.asIntN(40, BigInt(`0x${hopId.slice(-10)}`)).toString();
}

/** Of a change: the first half of its uuid. */
export function changeRef(changeId: string): string {
  return refOfHex(changeId.replaceAll('-', '').slice(0, 16));
}

/** The traces that some keys are of, each once. */
export function tracesOf(...lists: (readonly { traceId: string }[])[]): string[] {
  return [...new Set(lists.flatMap((keys) => keys.map(({ traceId }) => traceId)))];
}

/** The lowest uuid of a time: trace ids begin with 48 bits of it. @param atMs in ms since 1970 */
export function firstUuidOf(atMs: number): string {
  const time = Math.min(Math.max(0, Math.trunc(atMs)), 2 ** 48 - 1);
  const digits = time.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}

/** The time that a uuid begins with, ms since 1970, whether it is one of ours or not. */
export function firstMsOf(uuid: string): number {
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/** @param hex up to sixteen digits, as Postgres writes a number in hex */
export function refOfHex(hex: string): string {
  return BigInt.asIntN(64, BigInt(`0x${hex}`)).toString();
}
