// Pages of lines that one isolate has read lately, the least used going first. Plain data; it asks nobody.
import type { Page } from './read-page.ts';

export type KeptPage = {
  page: Page;
  /** ms since the epoch. */
  atMs: number;
  /** Until then it is answered without asking. */
  freshUntilMs: number;
};

/** Some 20 MB of the 128 that an isolate has. */
const mostLines = 40_000;

export class KeptAnswers {
  readonly #pages = new Map<string, KeptPage>();
  #lines = 0;

  get(key: string): KeptPage | null {
    const kept = this.#pages.get(key);
    if (!kept) return null;
    // The last in a Map is the one that was used last.
    this.#pages.delete(key);
    this.#pages.set(key, kept);
    return kept;
  }

  set(key: string, kept: KeptPage): void {
    this.#forget(key);
    this.#pages.set(key, kept);
    this.#lines += kept.page.lines.length;
    for (const oldest of this.#pages.keys()) {
      if (this.#lines <= mostLines || oldest === key) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#lines -= this.#pages.get(key)?.page.lines.length ?? 0;
    this.#pages.delete(key);
  }
}
