// What the live feed says of a circuit that has become another state. Pure.
import type { CircuitEntry } from './protocol.ts';

/** As much of a circuit as its state shows; see src/circuits/circuit.ts. */
type Shown = { readonly opened?: unknown; readonly disabled?: unknown };

/** Null where it is what it was: a circuit whose probe failed is open as before. */
export function circuitEntry(
  turn: { id: string; destination: string; before: Shown; circuit: Shown },
  at: string,
): CircuitEntry | null {
  const { id, destination } = turn;
  const state = stateOf(turn.circuit);
  if (state === stateOf(turn.before)) return null;
  return { kind: 'circuit', at, problem: state !== 'closed', id, destination, state };
}

function stateOf({ opened, disabled }: Shown): CircuitEntry['state'] {
  if (disabled) return 'disabled';
  return opened ? 'open' : 'closed';
}
