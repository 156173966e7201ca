// Tells a cascade that the feed hears of for the first time from one that grows. It remembers as far back as the feed
// itself; what began before that is never called new.
import { timeOf } from '../correlation/trace-uuid.ts';
import type { LiveEntry } from './protocol.ts';

export class KnownCascades {
  readonly #ids = new Set<string>();
  /** What began up to then may have been forgotten; ms since the epoch. */
  #forgottenUntilMs: number;

  constructor(kept: Iterable<LiveEntry>, forgottenUntilMs: number) {
    this.#forgottenUntilMs = forgottenUntilMs;
    for (const entry of kept) if (isChange(entry)) this.#ids.add(entry.traceId);
  }

  /** The same entries, each cascade called what it is now. */
  tell(entries: readonly LiveEntry[]): LiveEntry[] {
    return entries.map((entry) => {
      if (!isChange(entry)) return entry;
      const isNew = !this.#ids.has(entry.traceId) && !this.#isOld(entry.traceId);
      this.#ids.add(entry.traceId);
      return { ...entry, kind: isNew ? 'cascade' : 'growth' };
    });
  }

  /**
   * Forgets what only these entries named. @returns up to when what began may have been forgotten, ms
   * @param kept what the feed still holds
   */
  forget(pruned: Iterable<LiveEntry>, kept: Iterable<LiveEntry>): number {
    const still = new Set<string>();
    for (const entry of kept) if (isChange(entry)) still.add(entry.traceId);
    for (const entry of pruned) {
      if (!isChange(entry) || still.has(entry.traceId)) continue;
      this.#ids.delete(entry.traceId);
      this.#forgottenUntilMs = Math.max(this.#forgottenUntilMs, timeOf(entry.traceId) ?? 0);
    }
    return this.#forgottenUntilMs;
  }

  #isOld(traceId: string): boolean {
    return (timeOf(traceId) ?? Infinity) <= this.#forgottenUntilMs;
  }
}

function isChange(entry: LiveEntry): entry is Extract<LiveEntry, { kind: 'cascade' | 'growth' }> {
  return entry.kind === 'cascade' || entry.kind === 'growth';
}
