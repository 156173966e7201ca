// Records of many requests on their way to the queue, shared by one isolate: the first of a batch becomes its courier,
// waits a moment and sends what others have put in meanwhile. Plain data only, since a Worker must not share I/O between
// requests. A courier sees its batch off or says that it is lost; one that is cut off leaves it to the next that sends.
import { Buffer } from 'node:buffer';

export type OutgoingDeps = {
  /** Sends texts, each at most `maxMessageBytes`; rejects or never settles when the queue refuses. */
  send(messages: readonly string[]): Promise<void>;
  wait(ms: number): Promise<void>;
  now(): number;
};

/** What becomes one message. */
type Batch = {
  texts: string[];
  bytes: number;
  /** Nobody else puts a record in from this time on. */
  closesAt: number;
  /** Nobody else sends it before this time. */
  takenUntil: number;
  sent: boolean;
};

/** How long a courier waits for others to share its send. */
const windowMs = 40;
/** A courier that is later than this may have been cut off: it is given no more. */
const longestWindowMs = 200;
/** A send that has not settled by then counts as refused. It may have arrived: the consumer dedupes. */
const sendLimitMs = 5_000;
/** The response's `waitUntil` ends after 30 s in all. */
const giveUpAfterMs = 25_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** A queue message may have 128 KB (1,000-byte KB, and the runtime adds some 100 bytes of its own). */
export const maxMessageBytes = 120_000;
/** `sendBatch` takes 256 KB and 100 messages in all: developers.cloudflare.com/queues/platform/limits. */
const maxSendBytes = 240_000;
const maxMessages = 100;

export class OutgoingRecords {
  #batches = new Set<Batch>();
  /** Takes records; its courier waits. */
  #open: Batch | null = null;
  /** Shared by all, so that a refusing queue does not see a herd. */
  #nextTryAt = 0;
  #pauseMs = firstPauseMs;

  /** How many records wait or are being sent. */
  get size(): number {
    return [...this.#batches].reduce((sum, { texts }) => sum + texts.length, 0);
  }

  /**
   * Puts a record into the batch that is open, or begins one.
   * @param text one record as JSON, at most `maxMessageBytes` − 2 bytes of UTF-8
   * @returns null where the batch has a courier already. Else this request is the courier: settles with how many
   * records were lost, since the queue refused the batch for as long as a request may live. Never rejects.
   */
  share(text: string, deps: OutgoingDeps): Promise<number> | null {
    const now = deps.now();
    const bytes = Buffer.byteLength(text);
    const open = this.#open;
    if (open && now < open.closesAt && open.bytes + bytes + 1 <= maxMessageBytes) {
      open.texts.push(text);
      open.bytes += bytes + 1;
      return null;
    }
    const batch = this.#begin(text, bytes, now);
    this.#open = batch;
    return this.#carry(batch, deps);
  }

  /**
   * Puts a record on its way by itself and settles when the queue has it.
   * @param text as for {@link share}
   * @returns false when the queue refused it for as long as a request may live: it is lost
   */
  async record(text: string, deps: OutgoingDeps): Promise<boolean> {
    const batch = this.#begin(text, Buffer.byteLength(text), deps.now());
    return (await this.#carry(batch, deps)) === 0;
  }

  #begin(text: string, bytes: number, now: number): Batch {
    const batch: Batch = {
      texts: [text],
      bytes: bytes + 2,
      closesAt: now + longestWindowMs,
      takenUntil: 0,
      sent: false,
    };
    this.#batches.add(batch);
    return batch;
  }

  async #carry(own: Batch, deps: OutgoingDeps): Promise<number> {
    const giveUpAt = deps.now() + giveUpAfterMs;
    await deps.wait(windowMs);
    this.#close(own);
    while (!own.sent) {
      const now = deps.now();
      if (now >= giveUpAt) {
        this.#batches.delete(own);
        return own.texts.length;
      }
      if (now < this.#nextTryAt || now < own.takenUntil) {
        await deps.wait(windowMs);
      } else {
        await this.#sendWith(own, deps);
      }
    }
    return 0;
  }

  #close(batch: Batch): void {
    if (this.#open === batch) this.#open = null;
  }

  async #sendWith(own: Batch, deps: OutgoingDeps): Promise<void> {
    const taken = this.#take(own, deps.now());
    try {
      const messages = taken.map(({ texts }) => `[${texts.join(',')}]`);
      await Promise.race([deps.send(messages), refuseAfter(sendLimitMs, deps)]);
    } catch {
      // The queue refused. Everything is free again for whoever wakes first after the pause; a batch
      // that never gets through is told by its own courier.
      for (const batch of taken) batch.takenUntil = 0;
      this.#nextTryAt = deps.now() + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      return;
    }
    this.#pauseMs = firstPauseMs;
    this.#nextTryAt = 0;
    for (const batch of taken) {
      batch.sent = true;
      this.#batches.delete(batch);
    }
  }

  /** The own batch first, then what else is free, as much as one send may carry. */
  #take(own: Batch, now: number): Batch[] {
    const taken = [own];
    let bytes = own.bytes;
    for (const batch of this.#batches) {
      if (batch === own || batch.takenUntil > now) continue;
      if (taken.length === maxMessages || bytes + batch.bytes > maxSendBytes) break;
      taken.push(batch);
      bytes += batch.bytes;
    }
    for (const batch of taken) {
      batch.takenUntil = now + sendLimitMs + windowMs;
      this.#close(batch);
    }
    return taken;
  }
}

async function refuseAfter(ms: number, deps: OutgoingDeps): Promise<never> {
  await deps.wait(ms);
  throw new Error(`The queue did not settle a send within ${ms} ms.`);
}
