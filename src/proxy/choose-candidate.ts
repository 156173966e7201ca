// Which of a relay's candidates is called next: those whose circuit is open are passed over. It calls nobody.
import type { Circuits } from '../circuits/circuits.ts';
import type { Admission } from '../circuits/shared-circuits.ts';
import { skippedFacts } from '../deliveries/skipped-facts.ts';
import type { SkippedFacts } from '../store/record.ts';

type Refused = { destination: URL; admission: Extract<Admission, { admitted: false }> };

/** Takes candidates in their order; what it passed over is told with the attempt that was made instead. */
export class Candidates {
  readonly #rest: URL[];
  readonly #circuits: Pick<Circuits, 'admit'>;
  #refused: Refused[] = [];
  /** A single candidate is called whatever its circuit says: nobody else could take the event. */
  readonly #hasChoice: boolean;

  constructor(candidates: readonly URL[], circuits: Pick<Circuits, 'admit'>) {
    this.#rest = [...candidates];
    this.#hasChoice = candidates.length > 1;
    this.#circuits = circuits;
  }

  /** How many have not been looked at yet. */
  get left(): number {
    return this.#rest.length;
  }

  /** The first to be called: where all circuits are open, the least bad one. */
  first(): URL | null {
    return this.next() ?? this.#leastBad();
  }

  /** The next that may be called; null where there is none. */
  next(): URL | null {
    for (let found = this.#rest.shift(); found; found = this.#rest.shift()) {
      if (!this.#hasChoice) return found;
      const admission = this.#circuits.admit(found);
      if (admission.admitted) return found;
      this.#refused.push({ destination: found, admission });
    }
    return null;
  }

  /** What has been passed over since it was asked last. */
  takeSkipped(): SkippedFacts[] {
    const refused = this.#refused;
    this.#refused = [];
    return refused.map(({ destination, admission }) => skippedFacts(destination, admission.why));
  }

  /** The one that may be tried again soonest; one that is disabled only where all are. */
  #leastBad(): URL | null {
    const [best] = this.#refused.toSorted((a, b) => badness(a) - badness(b));
    this.#refused = this.#refused.filter((one) => one !== best);
    return best?.destination ?? null;
  }
}

function badness({ admission }: Refused): number {
  return admission.why === 'disabled' ? Infinity : admission.remainingMs;
}
