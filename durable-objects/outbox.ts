// What the queue refused, kept until it takes it, and which deliveries are cancelled. Thin: it stores, and sees to
// it that the alarm comes again.
import { messageOf } from '../src/error-message.ts';
import { DurableObject } from 'cloudflare:workers';
import { unpackPending } from '../src/deliveries/parcel.ts';
import { sendParcel } from '../src/deliveries/send-parcel.ts';
import { withinLimit } from '../src/deliveries/within-limit.ts';
import { report } from '../src/report.ts';
import { handBack, pauseMs } from './hand-back.ts';

type Held = { id: string; due_at_ms: number; pending: string };

/** A send that has not settled by then counts as refused. */
const sendLimitMs = 10_000;

/** A value may have 2 MB: developers.cloudflare.com/durable-objects/platform/limits. */
const partBytes = 1_000_000;

/** No message is older than a queue keeps one: developers.cloudflare.com/queues/platform/limits. */
const longestQueuedMs = 14 * 86_400_000;

export class Outbox extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  /** In a row; an object that is made anew begins again. */
  #refusals = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS held (
        id TEXT NOT NULL, part INTEGER NOT NULL, due_at_ms INTEGER NOT NULL, bytes BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS cancelled (delivery_id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL)`);
  }

  /** Keeps a pending delivery (JSON) until the queue has it. Settles when it is stored. */
  async hold(pending: string, dueAtMs: number): Promise<void> {
    const id = crypto.randomUUID();
    const bytes = new TextEncoder().encode(pending);
    this.ctx.storage.transactionSync(() => {
      for (let part = 0; part * partBytes < bytes.length; part += 1) {
        const slice = bytes.slice(part * partBytes, (part + 1) * partBytes);
        this.#sql.exec('INSERT INTO held VALUES (?, ?, ?, ?)', id, part, dueAtMs, slice.buffer);
      }
    });
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + pauseMs(1));
    }
  }

  /** Lets no attempt of the delivery follow, until it is allowed again. */
  cancel(deliveryId: string): void {
    const now = Date.now();
    this.#sql.exec('INSERT OR REPLACE INTO cancelled VALUES (?, ?)', deliveryId, now);
    this.#sql.exec('DELETE FROM cancelled WHERE at_ms < ?', now - longestQueuedMs);
  }

  allow(deliveryId: string): void {
    this.#sql.exec('DELETE FROM cancelled WHERE delivery_id = ?', deliveryId);
  }

  isCancelled(deliveryId: string): boolean {
    const found = this.#sql.exec('SELECT 1 FROM cancelled WHERE delivery_id = ?', deliveryId);
    return !found.next().done;
  }

  /** Never throws: the runtime gives an alarm up after six failures, and nothing would come again then. */
  override async alarm(): Promise<void> {
    const result = await handBack<Held>({
      oldest: () => this.#oldest(),
      send: (held) => this.#send(held),
      remove: (held) => {
        this.#sql.exec('DELETE FROM held WHERE id = ?', held.id);
      },
    });
    if (result.empty) {
      this.#refusals = 0;
      return;
    }
    this.#refusals += 1;
    await this.ctx.storage.setAlarm(Date.now() + pauseMs(this.#refusals));
    const { error } = result;
    report('The retries queue still refuses what the outbox holds.', {
      refusals: this.#refusals,
      error: messageOf(error),
    });
  }

  #oldest(): Held | undefined {
    const [first] = this.#sql.exec<{ id: string; due_at_ms: number }>(
      'SELECT id, due_at_ms FROM held ORDER BY rowid LIMIT 1',
    );
    if (!first) return undefined;
    const parts = this.#sql.exec<{ bytes: ArrayBuffer }>(
      'SELECT bytes FROM held WHERE id = ? ORDER BY part',
      first.id,
    );
    // A character can lie on both sides of a cut.
    const decoder = new TextDecoder();
    const texts = [...parts].map(({ bytes }) => decoder.decode(bytes, { stream: true }));
    return { ...first, pending: texts.join('') + decoder.decode() };
  }

  async #send(held: Held): Promise<void> {
    const pending = unpackPending(held.pending);
    if (!pending) throw new Error(`What is held as ${held.id} is no delivery.`);
    const sending = sendParcel(pending, held.due_at_ms, {
      send: async (text, delaySeconds) => {
        await this.env.RETRIES.send(text, { contentType: 'text', delaySeconds });
      },
      bodies: this.env.BODIES,
      now: () => Date.now(),
    });
    await withinLimit(sending, sendLimitMs, (ms) => scheduler.wait(ms));
  }
}
