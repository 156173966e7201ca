// What isolates and the objects that keep circuits tell each other. Only the shapes. Times are durations, never
// moments: clocks differ.
import type { CircuitState, Tally } from './circuit.ts';

export type CircuitReport = {
  /** How long this isolate waits between two reports now. */
  paceMs: number;
  destinations: readonly DestinationReport[];
};

export type DestinationReport = {
  /** See {@link circuitId}. */
  id: string;
  /** The destination without its query; null where nothing failed: what never fails need not be known. */
  destination: string | null;
  tally: Tally | null;
  /** Whether there is an event that would serve as the probe. */
  wantsProbe: boolean;
};

export type Verdict = {
  id: string;
  state: Exclude<CircuitState, 'closed'>;
  /** Until it may be tried again. */
  remainingMs: number;
  /** How long it has been open. */
  openForMs: number;
  /** Above 0: the isolate that gets this holds the probe for so long. */
  probeMs: number;
};

export type CircuitAnswer = {
  /** Those that are not closed. */
  verdicts: readonly Verdict[];
  /** How long to wait before the next report. */
  paceMs: number;
};

/** What became of a wish to close a circuit, or to enable a destination. */
export type ResetOutcome =
  | { done: true; circuit: CircuitFacts }
  /** It is in another state; null: nobody knows it. */
  | { done: false; state: CircuitState | null };

/** One circuit as people see it. */
export type CircuitFacts = {
  id: string;
  /** Without its query, which may hold a secret. */
  destination: string;
  state: CircuitState;
  /** Why it is open or disabled; null where it is neither. */
  reason: string | null;
  /** Since when it is; RFC 3339, as all times here. */
  since: string | null;
  /** When it may be tried again. */
  nextProbeAt: string | null;
  lastError: { at: string; text: string } | null;
  /** When something was delivered last, as far as it is known. */
  lastDeliveredAt: string | null;
  /** Since when nothing was delivered, though it was attempted. */
  failingSince: string | null;
};
