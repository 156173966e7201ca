// Notes which triggers fire themselves, as the batch shows it, and which of them are to be stopped. It stops nothing.
import type { LoopLimits } from '../config/configuration.ts';
import type { StoreClient } from '../store/client.ts';
import { type FoundLoop, readLoops, replaceLoops } from '../store/loops.ts';
import type { EventKey } from '../store/refs.ts';

export type NotedLoops = {
  /** Nobody had found them before. */
  fresh: FoundLoop[];
  /** Every loop that has fired too often to go on: those too that were found before, since whoever found them may have died. */
  toStop: FoundLoop[];
};

/**
 * Must run in a transaction of its own, after another one has committed the links of `graded`: of two consumers
 * the later one sees the links of both.
 * @param limits how often one trigger may fire along one path of a cascade: a chain of steps by design has others too
 */
export async function noteLoops(
  client: StoreClient,
  graded: readonly EventKey[],
  limits: LoopLimits,
): Promise<NotedLoops> {
  const found = await readLoops(client, graded, limits.flagAfter);
  const fresh = await replaceLoops(client, graded, found);
  return { fresh, toStop: found.filter((loop) => isToStop(loop, limits)) };
}

/** Only over certain links, and within one trace: a guess holds no event back, and another trace is another stop. */
function isToStop(loop: FoundLoop, { stopAfter }: LoopLimits): boolean {
  return (
    stopAfter !== null &&
    loop.isCertain &&
    loop.rootTraceId === loop.traceId &&
    loop.times > stopAfter
  );
}
