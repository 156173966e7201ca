// Several alarms of one request over a single timer of the runtime: most are cleared before they ring, and setting
// and clearing a timer costs more than keeping a short list. It decides nothing about what happens then.

export type Alarm = {
  /** Does nothing once it has rung. */
  clear(): void;
};

type Pending = { atMs: number; ring: () => void };

/** For the requests of one invocation: a timer belongs to the request that has set it. */
export class Alarms {
  readonly #pending = new Set<Pending>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** When the timer goes off, in ms since the epoch. */
  #timerAtMs = Number.POSITIVE_INFINITY;

  /** Calls `ring` once, after so many ms, unless it is cleared before. */
  set(ms: number, ring: () => void): Alarm {
    const pending = { atMs: Date.now() + ms, ring };
    this.#pending.add(pending);
    if (pending.atMs < this.#timerAtMs) this.#arm(pending.atMs);
    return {
      clear: () => {
        this.#pending.delete(pending);
        // One that goes off for nothing is cheaper than another one.
        if (this.#pending.size === 0) this.#disarm();
      },
    };
  }

  #arm(atMs: number): void {
    this.#disarm();
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => this.#goOff(), Math.max(0, atMs - Date.now()));
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  #goOff(): void {
    this.#disarm();
    const now = Date.now();
    for (const pending of this.#pending) {
      if (pending.atMs > now) continue;
      this.#pending.delete(pending);
      pending.ring();
    }
    // What has rung may have set others, and armed the timer for them.
    const next = Math.min(...[...this.#pending].map(({ atMs }) => atMs));
    if (next < this.#timerAtMs) this.#arm(next);
  }
}
