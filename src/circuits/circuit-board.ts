// Many destinations' circuits in one place: takes reports, gives verdicts. It has no clock and no storage; an
// object keeps what it holds, and an isolate that reaches no object has one of its own.
import {
  type Circuit,
  isForgettable,
  lendProbe,
  newCircuit,
  note,
  reset,
  rules,
  stateOf,
} from './circuit.ts';
import type {
  CircuitAnswer,
  CircuitFacts,
  CircuitReport,
  DestinationReport,
  Verdict,
} from './circuit-report.ts';

export type KeptCircuit = { id: string; destination: string; circuit: Circuit };

/** A circuit that has just become another state, or a destination that has just been disabled. */
export type Turn = KeptCircuit & { before: Circuit };

/** A sender can name any destination that the allowlist has: what failed longest ago is forgotten above this. */
const mostCircuits = 2_000;
/** So many reports a second are no burden on an object. */
const easyReportsPerSecond = 500;

/** How often an isolate reports; see docs/decisions/017 for what that makes of two seconds. */
export const shortestPaceMs = 750;
const longestPaceMs = 10_000;
/** Of the mean, from one second to the next. */
const keptShare = 0.8;

export class CircuitBoard {
  /** After how long without a delivery a destination is disabled; Infinity while that is not known. */
  disabledAfterMs: number = rules.disabledAfterMs;
  readonly #kept: Map<string, KeptCircuit>;
  #second = 0;
  /** How many isolates report, as their paces tell: in this second, and on the whole. */
  #heard = 0;
  #isolates = 0;
  #paceMs = shortestPaceMs;

  constructor(kept: readonly KeptCircuit[] = []) {
    this.#kept = new Map(kept.map((one) => [one.id, one]));
  }

  /**
   * Takes an isolate's report in.
   * @returns the verdicts on the destinations that it names, and what has changed by it
   */
  report(
    { paceMs, destinations }: CircuitReport,
    nowMs: number,
  ): { answer: CircuitAnswer; changed: readonly Turn[] } {
    const changed: Turn[] = [];
    const verdicts: Verdict[] = [];
    for (const report of destinations) {
      const kept = this.#take(report, nowMs, changed);
      if (!kept) continue;
      const verdict = this.#verdict(kept, report.wantsProbe, nowMs);
      if (verdict) verdicts.push(verdict);
    }
    return { answer: { verdicts, paceMs: this.#pace(paceMs, nowMs) }, changed };
  }

  /** One circuit as people see it; null where there is none. */
  facts(id: string, nowMs: number): CircuitFacts | null {
    const kept = this.#kept.get(id);
    return kept ? factsOf(kept, nowMs) : null;
  }

  /** Closes a circuit by hand, and enables its destination. @returns null where there is none */
  reset(id: string): Turn | null {
    const kept = this.#kept.get(id);
    if (!kept) return null;
    const after = { ...kept, circuit: reset(kept.circuit) };
    this.#kept.set(id, after);
    return { ...after, before: kept.circuit };
  }

  /** All that have failed lately, are open or disabled. */
  list(nowMs: number): CircuitFacts[] {
    return [...this.#kept.values()]
      .filter(({ circuit }) => !this.#isForgettable(circuit, nowMs))
      .map((kept) => factsOf(kept, nowMs));
  }

  /** Drops what does not matter any more, and what is too much. @returns the ids */
  prune(nowMs: number): string[] {
    const all = [...this.#kept.values()];
    const forgotten = all.filter(({ circuit }) => this.#isForgettable(circuit, nowMs));
    const tooMany = all.length - forgotten.length - mostCircuits;
    if (tooMany > 0) {
      const rest = all.filter(({ circuit }) => !this.#isForgettable(circuit, nowMs));
      const byUse = rest.sort((a, b) => worth(a.circuit) - worth(b.circuit));
      forgotten.push(...byUse.slice(0, tooMany));
    }
    for (const { id } of forgotten) this.#kept.delete(id);
    return forgotten.map(({ id }) => id);
  }

  #isForgettable(circuit: Circuit, nowMs: number): boolean {
    return isForgettable(circuit, nowMs, this.disabledAfterMs);
  }

  #take(
    { id, destination, tally }: DestinationReport,
    nowMs: number,
    changed: Turn[],
  ): KeptCircuit | null {
    const known = this.#kept.get(id);
    // What has never failed is not kept.
    if (!known && (destination === null || !tally || tally.failures + tally.refused === 0)) {
      return null;
    }
    const kept = known ?? { id, destination: destination ?? '', circuit: newCircuit };
    if (!tally) return kept;
    const circuit = note(kept.circuit, tally, nowMs, this.disabledAfterMs);
    if (circuit === kept.circuit) return kept;
    const after = { ...kept, circuit };
    this.#kept.set(id, after);
    changed.push({ ...after, before: kept.circuit });
    return after;
  }

  #verdict(kept: KeptCircuit, wantsProbe: boolean, nowMs: number): Verdict | null {
    const lent = wantsProbe ? lendProbe(kept.circuit, nowMs) : null;
    if (lent) this.#kept.set(kept.id, { ...kept, circuit: lent });
    const { circuit } = kept;
    const state = stateOf(circuit, nowMs);
    if (state === 'closed') return null;
    return {
      id: kept.id,
      state,
      remainingMs: Math.max(0, (circuit.opened?.until ?? nowMs) - nowMs),
      openForMs: Math.max(0, nowMs - (circuit.opened?.since ?? circuit.disabled?.at ?? nowMs)),
      probeMs: lent ? lent.probeUntil - nowMs : 0,
    };
  }

  /** An object that hears from very many isolates asks them to come less often. */
  #pace(isolatePaceMs: number, nowMs: number): number {
    const now = Math.floor(nowMs / 1_000);
    if (now !== this.#second) {
      // Isolates that began together report together: a mean over some seconds.
      const kept = keptShare ** Math.min(now - this.#second, 60);
      this.#isolates = this.#isolates * kept + this.#heard * (1 - keptShare);
      const paceMs = (this.#isolates * 1_000) / easyReportsPerSecond;
      this.#paceMs = Math.round(Math.min(Math.max(paceMs, shortestPaceMs), longestPaceMs));
      this.#second = now;
      this.#heard = 0;
    }
    // Who reports every two seconds is heard in every other second.
    this.#heard += Math.min(isolatePaceMs, longestPaceMs) / 1_000;
    return this.#paceMs;
  }
}

/** What is disabled or open is kept longest, then what failed last. */
function worth({ opened, disabled, lastError }: Circuit): number {
  return (lastError?.at ?? 0) + (opened ? 1e13 : 0) + (disabled ? 1e14 : 0);
}

function factsOf({ id, destination, circuit }: KeptCircuit, nowMs: number): CircuitFacts {
  const { opened, disabled, lastError, deliveredAt, failing } = circuit;
  const state = stateOf(circuit, nowMs);
  return {
    id,
    destination,
    state,
    reason: (disabled ?? opened)?.reason ?? null,
    since: timeOf(disabled?.at ?? opened?.since),
    nextProbeAt: state === 'closed' || disabled ? null : timeOf(opened?.until),
    lastError: lastError && { at: new Date(lastError.at).toISOString(), text: lastError.text },
    lastDeliveredAt: timeOf(deliveredAt),
    failingSince: timeOf(failing?.since),
  };
}

function timeOf(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString();
}
