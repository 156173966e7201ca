// What drives one replay run: an alarm that makes its steps, one after the other. Thin: the run is in Postgres; here
// lies only when to come again, and what a step could not write down there.
import { DurableObject } from 'cloudflare:workers';
import { messageOf } from '../src/error-message.ts';
import { report } from '../src/report.ts';
import type { HandedLetter } from '../src/store/replay-runs.ts';
import { pauseMs } from './hand-back.ts';

/** Whoever wakes it is about to write to Postgres: it looks there for so long before it rests. */
const awakeMs = 120_000;
const lookAgainMs = 500;

export class ReplayRun extends DurableObject<Env> {
  /** In a row; an object that is made anew begins again. */
  #failures = 0;

  /**
   * Begins, or goes on. To be called before the run is changed in Postgres, so that a crash in between leaves an
   * object that finds nothing to do, never a run that nobody drives.
   */
  async wake(runId: string): Promise<void> {
    const { kv } = this.ctx.storage;
    kv.put('runId', runId);
    kv.put('awakeUntil', Date.now() + awakeMs);
    await this.ctx.storage.setAlarm(Date.now() + lookAgainMs);
  }

  /** Never throws: the runtime gives an alarm up after six failures, and nothing would come again then. */
  override async alarm(): Promise<void> {
    const { kv } = this.ctx.storage;
    const runId = kv.get<string>('runId');
    if (runId === undefined) return;
    const nextInMs = await this.#step(runId);
    if (nextInMs !== null) {
      await this.ctx.storage.setAlarm(Date.now() + nextInMs);
    } else if (Date.now() < (kv.get<number>('awakeUntil') ?? 0)) {
      await this.ctx.storage.setAlarm(Date.now() + lookAgainMs);
    }
  }

  async #step(runId: string): Promise<number | null> {
    const { kv } = this.ctx.storage;
    const unsaved = kv.get<HandedLetter[]>('unsaved') ?? [];
    try {
      const result = await this.ctx.exports.ReplayStep.step(runId, unsaved);
      kv.put('unsaved', result.unsaved);
      this.#failures = 0;
      return result.nextInMs;
    } catch (error) {
      this.#failures += 1;
      report('A step of a replay run failed and will be made again.', {
        runId,
        failures: this.#failures,
        error: messageOf(error),
      });
      return pauseMs(this.#failures);
    }
  }
}
