// Circuits in the interface's words. Pure.
import type { CircuitView } from '../../../src/api/views.ts';
import type { Outcome } from '../words/outcome.ts';

const outcomes: Record<CircuitView['state'], Outcome> = {
  disabled: { tone: 'fail', word: 'Disabled' },
  open: { tone: 'fail', word: 'Open' },
  half_open: { tone: 'retry', word: 'Being tried' },
  closed: { tone: 'ok', word: 'Closed' },
};

export function circuitOutcome(state: CircuitView['state']): Outcome {
  return outcomes[state];
}

/** What the state means for events that would go there. */
export function circuitMeaning(state: CircuitView['state']): string {
  switch (state) {
    case 'disabled':
      return 'Nothing is sent there until somebody enables it.';
    case 'open':
      return 'It is skipped: others take over, or the event waits.';
    case 'half_open':
      return 'One event may try it; whether it arrives decides.';
    case 'closed':
      return 'Everything goes there.';
  }
}

const order: readonly CircuitView['state'][] = ['disabled', 'open', 'half_open', 'closed'];

/** The worst first, equals by address. */
export function worstFirst(circuits: readonly CircuitView[]): CircuitView[] {
  return circuits.toSorted(
    (a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) || (a.destination < b.destination ? -1 : 1),
  );
}

/** What is left of a wait, in whole seconds up to two minutes: "8 s", "3 min". */
export function formatLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds <= 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
