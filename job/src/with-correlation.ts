// Decides which correlation a handler runs with. It hands on arguments, answer and errors as they are, and never
// keeps a job from running: a request with a bad ID is worked on without one.
import { isInsideCorrelation, runAsSystem, runWith } from './current.ts';
import { jsonConsole } from './json-console.ts';
import { readCorrelation } from './read-correlation.ts';

export type WithCorrelationOptions = {
  /** The name of a system action, for work that no event causes (a schedule): mints `{system}.{uuid}` for it. */
  system?: string;
  /** Told in one printable line when an ID that came is none; writes a JSON line to `console.warn` by default. */
  onProblem?: (message: string) => void;
};

/**
 * Makes a handler take part: `export default withCorrelation(handler)`.
 *
 * The ID comes from the first argument: a Fetch Request, Node's IncomingMessage, a Lambda or Netlify event. A request
 * that carries no ID has none, even inside another's work; what is no request (a schedule's event, a batch) keeps the
 * correlation that is there. Everything the handler starts has the ID, background work after the answer too.
 *
 * @param handler Returns, rejects and throws as it did.
 */
export function withCorrelation<This, Arguments extends unknown[], Result>(
  handler: (this: This, ...rest: Arguments) => Result,
  options: WithCorrelationOptions = {},
): (this: This, ...rest: Arguments) => Result {
  const { system, onProblem = (message) => jsonConsole.warn(message) } = options;
  return function correlated(this: This, ...rest: Arguments): Result {
    const work = (): Result => handler.apply(this, rest);
    const found = readCorrelation(rest[0]);
    if (found === null) {
      if (isInsideCorrelation() || system === undefined) return work();
      return runAsSystem(system, work);
    }
    const { id, traceContext, hops, problem } = found;
    // Who sent a bad ID was caused by something: only a request without any may be a system action.
    if (id === null && problem === null && system !== undefined) return runAsSystem(system, work);
    return runWith({ id, traceContext, hops }, () => {
      if (problem !== null) onProblem(problem);
      return work();
    });
  };
}
