// Decides what a `traceparent` header says and which one a delivery carries (W3C Trace Context Level 2,
// https://www.w3.org/TR/trace-context-2/). Whether a `tracestate` goes with it is tracestate.ts'.

/** Version, trace-id, parent-id, flags; a future version may add `-` and more. */
const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const sampled = 0x01;
const random = 0x02;

/**
 * Reads a `traceparent`. Valid per §3.2: lower-case hex, neither id all zeros, version not `ff`; version `00`
 * ends after the flags, a later one may go on after a `-`.
 *
 * @returns null where it is invalid: the trace is then not continued. Never throws.
 */
export function parseTraceparent(
  header: string,
): { version: string; traceId: string; parentId: string; flags: string } | null {
  const match = pattern.exec(header);
  if (match === null) return null;
  const [, version = '', traceId = '', parentId = '', flags = '', more] = match;
  if (version === 'ff' || (version === '00' && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { version, traceId, parentId, flags };
}

/**
 * The `traceparent` of a delivery. A valid inbound one is continued: its trace-id, its flags (sampled and
 * random, the two that are defined; §3.2.2.5 asks to send the others as zero), version `00`, which is the
 * one written here. Otherwise the trace-id is the trace's own 128 bits, sampled. The random flag is not set
 * then: a trace id's right-most bits are zeros, not chance.
 *
 * The parent-id is always the hop's low 64 bits. They begin with the uuid's variant and so are never zero.
 *
 * @param ids.traceId The trace's uuid.
 * @param ids.hopId The hop's uuid.
 * @param ids.inbound The header as it came, or null.
 */
export function traceparentFor(ids: {
  traceId: string;
  hopId: string;
  inbound: string | null;
}): string {
  const parentId = ids.hopId.replaceAll('-', '').slice(16);
  const inbound = ids.inbound === null ? null : parseTraceparent(ids.inbound);
  if (inbound === null) return `00-${ids.traceId.replaceAll('-', '')}-${parentId}-01`;
  const flags = Number.parseInt(inbound.flags, 16) & (sampled | random);
  return `00-${inbound.traceId}-${parentId}-${flags.toString(16).padStart(2, '0')}`;
}
