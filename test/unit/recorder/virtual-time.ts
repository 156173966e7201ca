// Time that moves only when everybody waits: what takes half a minute at the edge takes no time here.

type Sleeper = { at: number; order: number; wake: () => void };

export class VirtualTime {
  #now = 0;
  #order = 0;
  #sleepers: Sleeper[] = [];

  now = (): number => this.#now;

  wait = (ms: number): Promise<void> =>
    new Promise((wake) => {
      this.#order += 1;
      this.#sleepers.push({ at: this.#now + ms, order: this.#order, wake });
    });

  /** Runs until the work has settled, waking one sleeper after the other. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    // The caller awaits `done`; a rejection must not be reported twice.
    done.catch(() => undefined);
    for (;;) {
      // Everything that can go on without time passing goes first.
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      if (settled) return done;
      this.#sleepers.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.#sleepers.shift();
      if (!next) throw new Error('Everybody waits for something that never comes');
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}
