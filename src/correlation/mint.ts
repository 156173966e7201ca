// Decides the ID of a system action that no event caused. The only part of the core that draws chance;
// it never reads a clock: the time is handed in.
import { formatSystemId } from './correlation-id.ts';
import { assembleTraceId, hopUuid, unattributedHop } from './trace-uuid.ts';

const randomBytes = 5;

/**
 * A fresh `{system}.{uuid}` with random trace bits.
 *
 * @param system The system's name; normalised here.
 * @param options.nowMs The action's time in ms since 1970.
 * @param options.unattributed True for a write that named no cause: hop all ones instead of 0.
 * @param options.random Five bytes or more to use instead of fresh ones.
 * @throws RangeError where the time does not fit 48 bits or `random` is too short.
 */
export function mintSystemId(
  system: string,
  options: { nowMs: number; unattributed?: boolean; random?: Uint8Array },
): string {
  const random = options.random ?? crypto.getRandomValues(new Uint8Array(randomBytes));
  const traceId = assembleTraceId(options.nowMs, random);
  const uuid = options.unattributed === true ? hopUuid(traceId, unattributedHop) : traceId;
  return formatSystemId(system, uuid);
}
