// A hand-over that does not settle counts as refused, so that nobody waits for it without end.

/** It may have arrived, or arrive yet. */
export class NothingHeard extends Error {
  override readonly name = 'NothingHeard';
}

/**
 * Settles as `work` does, or rejects with NothingHeard after the limit. `work` itself goes on: what it hands over may arrive.
 * @param wait settles after so many ms
 */
export async function withinLimit<T>(
  work: Promise<T>,
  limitMs: number,
  wait: (ms: number) => Promise<void>,
): Promise<T> {
  const late = async (): Promise<never> => {
    await wait(limitMs);
    throw new NothingHeard(`Nothing was heard within ${limitMs} ms.`);
  };
  return Promise.race([work, late()]);
}
