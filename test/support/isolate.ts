// One isolate's circuits in virtual time: its state, and its requests' way to the object.
import type { CircuitAnswer, CircuitReport } from '../../src/circuits/circuit-report.ts';
import {
  type CircuitDeps,
  type Outcome,
  SharedCircuits,
} from '../../src/circuits/shared-circuits.ts';

type Clock = { nowMs: number };
type Ask = (shard: string, report: CircuitReport) => CircuitAnswer | Promise<CircuitAnswer>;

/** The limit of a report: it never passes here. */
const reportLimitMs = 3_000;

export class Isolate {
  readonly shared = new SharedCircuits();
  readonly logged: string[] = [];
  /** When its reports began. */
  readonly calls: number[] = [];
  /** Set, reports fail with it. */
  unreachable: Error | null = null;
  readonly #clock: Clock;
  #working = 0;
  #timers: { at: number; ring(): void }[] = [];
  readonly deps: CircuitDeps;

  constructor(clock: Clock, ask: Ask) {
    this.#clock = clock;
    this.deps = {
      report: async (shard, report) => {
        this.calls.push(clock.nowMs);
        if (this.unreachable) throw this.unreachable;
        return ask(shard, report);
      },
      wait: (ms) =>
        new Promise((ring) => {
          if (ms !== reportLimitMs) this.#timers.push({ at: clock.nowMs + ms, ring });
        }),
      now: () => clock.nowMs,
      waitUntil: (work) => {
        this.#working += 1;
        const end = (): void => {
          this.#working -= 1;
        };
        work.then(end, end);
      },
      log: (message) => this.logged.push(message),
    };
  }

  /** Lets everything end that does not wait for a later time. */
  async settle(): Promise<void> {
    const due = this.#timers.filter(({ at }) => at <= this.#clock.nowMs);
    this.#timers = this.#timers.filter(({ at }) => at > this.#clock.nowMs);
    for (const timer of due) timer.ring();
    do await new Promise((resolve) => setTimeout(resolve, 0));
    while (this.#working > this.#timers.length);
  }

  /** Its requests end before what they wait for. */
  cutOff(): void {
    this.#working -= this.#timers.length;
    this.#timers = [];
  }

  attempt(destination: URL, outcome: Partial<Outcome> = {}): void {
    const end = this.shared.begin(destination, this.deps);
    const event = crypto.randomUUID();
    end({ event, result: 'delivered', error: null, askedMs: null, ...outcome });
  }

  /** Different events. */
  fail(destination: URL, times: number): void {
    for (let time = 0; time < times; time += 1) {
      this.attempt(destination, { result: 'failed', error: 'No answer within 100 ms.' });
    }
  }

  admits(destination: URL): boolean {
    return this.shared.admit(destination, this.deps).admitted;
  }
}
