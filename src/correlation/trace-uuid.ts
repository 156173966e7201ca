// Decides what the bits of a correlation ID's uuid say: its trace, its hop, its time.
// Never decides who caused what; a uuid minted elsewhere is named `foreign` and left alone.

/** The hop that names the trace itself. */
export const traceHop = '0000000000';

/** The hop of a write that named no cause; the database mints it. */
export const unattributedHop = 'ffffffffff';

/** Times of a uuid are below this: 48 bits of milliseconds, until the year 10889. */
export const timeLimitMs = 2 ** 48;

const hopPattern = /^[0-9a-f]{10}$/;
const ownPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const hopStart = 26;

/**
 * What a uuid stands for: `trace` (hop 0), `unattributed` (hop all ones), `hop` (any other), or `foreign`
 * (another version than 8, another variant than RFC 9562's, or no uuid at all).
 *
 * Layout, as in RFC 9562 §5.8, bits counted from the left:
 *
 *     0–47    unix time of the root event in ms      hex digits 1–12
 *     48–51   version, 8                             hex digit 13
 *     52–63   hash, 12 bits                          hex digits 14–16
 *     64–65   variant, binary 10                     hex digit 17, with two bits of the hash
 *     66–87   hash, 22 bits                          hex digits 17–22
 *     88–127  hop, 40 bits                           hex digits 23–32
 */
export function uuidPlace(uuid: string): 'trace' | 'hop' | 'unattributed' | 'foreign' {
  if (!ownPattern.test(uuid)) return 'foreign';
  const hop = uuid.slice(hopStart);
  if (hop === traceHop) return 'trace';
  return hop === unattributedHop ? 'unattributed' : 'hop';
}

/**
 * The trace a uuid belongs to: the same uuid with hop 0.
 *
 * @throws RangeError where `uuidPlace` says `foreign`: another's uuid has no trace in it.
 */
export function traceIdOf(uuid: string): string {
  if (!ownPattern.test(uuid)) {
    throw new RangeError(
      `"${uuid}" carries no trace: a trace id is read from version 8 uuids only. Ask uuidPlace first.`,
    );
  }
  return uuid.slice(0, hopStart) + traceHop;
}

/**
 * The uuid of one hop of a trace.
 *
 * @param traceId The trace's uuid; its own hop bits do not matter.
 * @param hop Ten lower-case hex digits, as `deriveDelivery` gives them.
 * @throws RangeError for a foreign uuid or a malformed hop.
 */
export function hopUuid(traceId: string, hop: string): string {
  if (!hopPattern.test(hop)) {
    throw new RangeError(`"${hop}" is no hop: it takes ten lower-case hex digits.`);
  }
  return traceIdOf(traceId).slice(0, hopStart) + hop;
}

/** The time in a uuid's first 48 bits, in ms since 1970; null where it is foreign. */
export function timeOf(uuid: string): number | null {
  if (!ownPattern.test(uuid)) return null;
  return Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);
}

/**
 * Puts a trace id together from its time and 34 bits of hash or chance.
 *
 * @param timeMs Whole milliseconds since 1970, below 2⁴⁸.
 * @param bits At least five bytes; the first 34 bits are used, 12 before the variant and 22 after.
 * @throws RangeError where the time does not fit or bytes are missing.
 */
export function assembleTraceId(timeMs: number, bits: Uint8Array): string {
  const [a, b, c, d, e] = bits;
  if (!Number.isInteger(timeMs) || timeMs < 0 || timeMs >= timeLimitMs) {
    throw new RangeError(`${timeMs} is no time for a uuid: it takes ms since 1970 below 2^48.`);
  }
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined) {
    throw new RangeError(`A trace id takes 34 bits: five bytes, not ${bits.length}.`);
  }
  const time = timeMs.toString(16).padStart(12, '0');
  const before = (a << 4) | (b >> 4);
  const after = ((b & 0x0f) << 18) | (c << 10) | (d << 2) | (e >> 6);
  const last24 = (0x800000 | after).toString(16);
  const digits = `${time}8${before.toString(16).padStart(3, '0')}${last24}${traceHop}`;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}
