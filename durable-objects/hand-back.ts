// Gives what an outbox holds back to the queue, oldest first. Pure but for what it is given.

export type HandBackDeps<Held> = {
  /** The oldest; undefined when there is nothing left. */
  oldest(): Held | undefined;
  /** Rejects while the queue refuses. */
  send(held: Held): Promise<void>;
  /** Called only after `send` has settled: a crash in between sends again, and loses nothing. */
  remove(held: Held): void;
};

/**
 * Sends until nothing is left or the queue refuses: then it stops at once, since what comes after would meet the
 * same refusal, and hands back what was refused with it.
 */
export async function handBack<Held>(
  deps: HandBackDeps<Held>,
): Promise<{ empty: true } | { empty: false; error: unknown }> {
  for (let held = deps.oldest(); held !== undefined; held = deps.oldest()) {
    try {
      await deps.send(held);
    } catch (error) {
      // The caller reports it and comes again.
      return { empty: false, error };
    }
    deps.remove(held);
  }
  return { empty: true };
}

const firstPauseMs = 2_000;
const longestPauseMs = 60_000;

/** Doubles from two seconds to a minute. @param refusals in a row, from 1 */
export function pauseMs(refusals: number): number {
  return Math.min(firstPauseMs * 2 ** Math.min(refusals - 1, 10), longestPauseMs);
}
