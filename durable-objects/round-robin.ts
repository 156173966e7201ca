// One rotation, in one place of the world. A thin class around rotation.ts: it stores and tells, and
// decides nothing. Every call stores the exact position before its answer goes out (the runtime holds
// an answer back until what was written is safe), so there is nothing to lose when it is evicted.
import { DurableObject } from 'cloudflare:workers';
import { ring, type Rotation, takeTurns, unused } from './rotation.ts';

const key = 'rotation';
/** When clearing fails: the runtime itself would give up after six tries. */
const clearAgainAfterMs = 3_600_000;

export class RoundRobin extends DurableObject {
  #rotation: Rotation;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    this.#rotation = context.storage.kv.get<Rotation>(key) ?? unused;
  }

  /**
   * Takes turns in a row; one call may carry those of many requests.
   * @param count how many
   * @param persistMs how long the rotation is kept after this use
   * @returns the first of them
   */
  async take(count: number, persistMs: number): Promise<number> {
    const taken = takeTurns(this.#rotation, { count, nowMs: Date.now(), persistMs });
    this.ctx.storage.kv.put(key, taken.rotation);
    this.#rotation = taken.rotation;
    if (taken.setAlarmAt !== null) await this.ctx.storage.setAlarm(taken.setAlarmAt);
    return taken.first;
  }

  /**
   * Where it stands; stores nothing. Times are in ms since the epoch, null where there is nothing to forget.
   */
  peek(): { next: number; usedAtMs: number | null; clearsAtMs: number | null } {
    const { next, usedAt, clearsAt } = this.#rotation;
    return { next, usedAtMs: usedAt ?? null, clearsAtMs: clearsAt === 0 ? null : clearsAt };
  }

  /** Forgets the rotation now: the next turn is the first. What has been handed out stays handed out. */
  async reset(): Promise<void> {
    this.#rotation = unused;
    this.ctx.storage.kv.delete(key);
    await this.ctx.storage.deleteAlarm();
  }

  /** Forgets the rotation when it has not been used for its persistence duration. */
  override async alarm(): Promise<void> {
    const kept = ring(this.#rotation, Date.now());
    if (kept) {
      this.ctx.storage.kv.put(key, kept);
      this.#rotation = kept;
      await this.ctx.storage.setAlarm(kept.alarmAt);
      return;
    }
    this.#rotation = unused;
    try {
      await this.ctx.storage.deleteAll();
    } catch {
      // It begins anew all the same with its next use; only what is stored is still to be cleared.
      await this.ctx.storage.setAlarm(Date.now() + clearAgainAfterMs);
    }
  }
}
