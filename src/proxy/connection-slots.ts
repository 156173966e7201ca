// How many connections of one invocation may wait for an answer at a time. Pure: it opens none itself.

export class ConnectionSlots {
  #free: number;
  #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a slot, in order.
   * @param tooLate stops the waiting
   * @returns false when it was too late: there is nothing to give back then
   */
  async take(tooLate?: AbortSignal): Promise<boolean> {
    if (tooLate?.aborted) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    return new Promise((resolve) => {
      const turn = (): void => {
        tooLate?.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== turn);
        resolve(false);
      };
      this.#waiting.push(turn);
      tooLate?.addEventListener('abort', leave, { once: true });
    });
  }

  /** Gives a slot back: to whoever waits longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
