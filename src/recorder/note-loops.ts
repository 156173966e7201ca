// Notes which triggers fire themselves, as the batch shows it: how often is too often is decided here.
import type { StoreClient } from '../store/client.ts';
import { type FoundLoop, readLoops, replaceLoops } from '../store/loops.ts';
import type { EventKey } from '../store/rows.ts';

/** So often may one trigger fire along one path of a cascade: a chain of steps by design has other triggers too. */
export const mostTimes = 10;

/**
 * Must run in a transaction of its own, after another one has committed the links of `graded`: of two consumers
 * the later one sees the links of both.
 * @returns the loops that nobody had found before
 */
export async function noteLoops(
  client: StoreClient,
  graded: readonly EventKey[],
): Promise<FoundLoop[]> {
  const found = await readLoops(client, graded, mostTimes);
  return replaceLoops(client, graded, found);
}
