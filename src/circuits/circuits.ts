// Circuits as one request, or one batch of a queue, uses them. Only the contract, and its making.
import type { Admission, CircuitDeps, Outcome, SharedCircuits } from './shared-circuits.ts';

export type Circuits = {
  /** Whether an event may go there. Asks nobody; who is admitted to a half-open circuit is its probe. */
  admit(destination: URL): Admission;
  /** The same, by what is known now. Takes a call to another place, so never on the hot path. Never rejects. */
  ask(destination: URL): Promise<Admission>;
  /** Notes that an attempt begins. @returns what notes its end; null where it says nothing of the destination */
  begin(destination: URL): (outcome: Outcome | null) => void;
};

export function circuitsFor(shared: SharedCircuits, deps: CircuitDeps): Circuits {
  return {
    admit: (destination) => shared.admit(destination, deps),
    ask: (destination) => shared.ask(destination, deps),
    begin: (destination) => shared.begin(destination, deps),
  };
}
