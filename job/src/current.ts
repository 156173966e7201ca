// Decides which correlation the code that is running belongs to. It carries one through promises, timers and
// callbacks (AsyncLocalStorage), and never mixes those of two requests.
import { AsyncLocalStorage } from 'node:async_hooks';
import { mintSystemId } from '../../src/correlation/mint.ts';
import { canonicalId, correlationOf, noCorrelation } from './read-correlation.ts';
import type { Correlation } from './read-correlation.ts';

// Functions are often bundled one by one, and two copies of the kit in one process must agree.
const key: unique symbol = Symbol.for('throughline.job.current.1');
const shared: typeof globalThis & { [key]?: AsyncLocalStorage<Correlation> } = globalThis;
const storage = (shared[key] ??= new AsyncLocalStorage<Correlation>());

/** What caused the work that is under way. */
export function currentCorrelation(): Correlation {
  return storage.getStore() ?? noCorrelation;
}

/** The correlation ID of the work that is under way; null outside of any, or where nothing named a cause. */
export function currentCorrelationId(): string | null {
  return currentCorrelation().id;
}

/** True inside `withCorrelation` and the like, with an ID or without. */
export function isInsideCorrelation(): boolean {
  return storage.getStore() !== undefined;
}

/** Runs work, and all that it starts, with a correlation. */
export function runWith<Result>(correlation: Correlation, work: () => Result): Result {
  return storage.run(correlation, work);
}

/**
 * Runs work, and all that it starts, with an ID that came otherwise than by a request: in a queue message, a row.
 *
 * @param id null for work that nothing caused.
 * @returns what `work` returns.
 * @throws TypeError where the text is no correlation ID.
 */
export function runWithCorrelationId<Result>(id: string | null, work: () => Result): Result {
  const canonical = id === null ? null : canonicalId(id);
  if (id !== null && canonical === null) {
    throw new TypeError(
      'runWithCorrelationId: the text is no correlation ID. Give it {trigger}.{job}.{uuid} or {system}.{uuid}, or null.',
    );
  }
  return runWith(correlationOf(canonical), work);
}

/**
 * Runs a system action that no event caused (a cron job, a script) with a fresh `{system}.{uuid}`.
 *
 * @param system The action's name; spelled as correlation IDs spell names.
 * @returns what `work` returns.
 */
export function runAsSystem<Result>(system: string, work: () => Result): Result {
  return runWith(correlationOf(mintSystemId(system, { nowMs: Date.now() })), work);
}

/**
 * Binds a function to the correlation of now, for callers that come from elsewhere: the `pull` of a stream that is
 * read after the answer, an event emitter that outlives the request, a callback queue.
 */
export function keepCorrelation<This, Arguments extends unknown[], Result>(
  work: (this: This, ...rest: Arguments) => Result,
): (this: This, ...rest: Arguments) => Result {
  const correlation = currentCorrelation();
  return function bound(this: This, ...rest: Arguments): Result {
    return storage.run(correlation, () => work.apply(this, rest));
  };
}
