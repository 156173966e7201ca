// Tells the live feed what is new, from wherever it happened. It never fails and never takes long: an announcement
// that is lost is counted, and the next one that arrives says so, so that clients fetch anew.
import { messageOf } from '../error-message.ts';
import type { Announcement } from './connection.ts';

export type AnnouncerDeps = {
  send(announcement: Announcement): Promise<void>;
  wait(ms: number): Promise<unknown>;
  now(): number;
  report(message: string, facts: Record<string, unknown>): void;
};

const sendLimitMs = 1_000;
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** Shared by the invocations of one isolate; plain data. */
export class Announcer {
  #missed = 0;
  #pausedUntilMs = -Infinity;
  #pauseMs = 0;

  /** Settles within a second; never rejects. */
  async announce(told: Omit<Announcement, 'missed'>, deps: AnnouncerDeps): Promise<void> {
    // Out of reach or overloaded: not asked again at once, by none of the isolate's invocations.
    if (deps.now() < this.#pausedUntilMs) {
      this.#missed += 1;
      return;
    }
    const missed = this.#missed;
    this.#missed = 0;
    try {
      const late = deps.wait(sendLimitMs).then(() => {
        throw new Error(`No answer within ${sendLimitMs} ms.`);
      });
      await Promise.race([deps.send({ ...told, missed }), late]);
      this.#pauseMs = 0;
    } catch (error) {
      this.#missed += missed + 1;
      this.#pauseMs = Math.min(Math.max(this.#pauseMs * 2, firstPauseMs), longestPauseMs);
      this.#pausedUntilMs = deps.now() + this.#pauseMs;
      deps.report('The live feed is out of reach: whoever watches sees this later, by polling.', {
        missedByThisIsolate: this.#missed,
        error: messageOf(error),
      });
    }
  }
}
