// Waits until nothing has changed for a while: what comes meanwhile is put together with what came before.

export class Resting<T extends object> {
  readonly #ms: number;
  #changes: T | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** `rested` is called once nothing has been put for so long; it takes what there is. */
  put(change: T, rested: () => void): void {
    this.#changes = { ...this.#changes, ...change };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(rested, this.#ms);
  }

  /** What has come since it was last taken; null for nothing. Nobody is called for it any more. */
  take(): T | null {
    clearTimeout(this.#timer);
    const changes = this.#changes;
    this.#changes = null;
    return changes;
  }
}
