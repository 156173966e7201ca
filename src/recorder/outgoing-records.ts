// Records of many requests on their way to the queue, shared by one isolate: one send carries what
// came in meanwhile. Plain data only, since a Worker must not share I/O between requests: each request
// stays responsible for its own record and takes over when the request that took it fails.
import { Buffer } from 'node:buffer';

export type OutgoingDeps = {
  /** Sends texts, each at most `maxMessageBytes`; rejects or never settles when the queue refuses. */
  send(messages: readonly string[]): Promise<void>;
  wait(ms: number): Promise<void>;
  now(): number;
};

type Entry = {
  text: string;
  bytes: number;
  /** Nobody else sends it before this time. */
  takenUntil: number;
  sent: boolean;
};

/** How long a request waits for others to share a send with. */
const windowMs = 40;
/** A send that has not settled by then counts as refused. It may have arrived: the consumer dedupes. */
const sendLimitMs = 5_000;
/** The response's `waitUntil` ends after 30 s in all. */
const giveUpAfterMs = 25_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** A queue message may have 128 KB (1,000-byte KB, and the runtime adds some 100 bytes of its own). */
export const maxMessageBytes = 120_000;
/** `sendBatch` takes 256 KB in all: developers.cloudflare.com/queues/platform/limits. */
const maxSendBytes = 240_000;

export class OutgoingRecords {
  #entries: Entry[] = [];
  /** Shared by all, so that a refusing queue does not see a herd. */
  #nextTryAt = 0;
  #pauseMs = firstPauseMs;

  /** How many records wait or are being sent. */
  get size(): number {
    return this.#entries.length;
  }

  /**
   * Puts a record on its way and settles when the queue has it.
   * @param text one record as JSON, at most `maxMessageBytes` − 2 bytes of UTF-8
   * @returns false when the queue refused it for as long as a request may live: it is lost
   */
  async record(text: string, deps: OutgoingDeps): Promise<boolean> {
    const entry: Entry = {
      text,
      bytes: Buffer.byteLength(text),
      takenUntil: 0,
      sent: false,
    };
    this.#entries.push(entry);
    const giveUpAt = deps.now() + giveUpAfterMs;
    await deps.wait(windowMs);
    while (!entry.sent) {
      const now = deps.now();
      if (now >= giveUpAt) {
        this.#forget(new Set([entry]));
        return false;
      }
      if (now < this.#nextTryAt || now < entry.takenUntil) {
        await deps.wait(windowMs);
      } else {
        await this.#sendWith(entry, deps);
      }
    }
    return true;
  }

  async #sendWith(own: Entry, deps: OutgoingDeps): Promise<void> {
    const taken = this.#take(own, deps.now());
    try {
      const messages = pack([...taken]);
      await Promise.race([deps.send(messages), refuseAfter(sendLimitMs, deps)]);
    } catch {
      // The queue refused. Everything is free again for whoever wakes first after the pause; a record
      // that never gets through is reported by its own request, which sees `false`.
      for (const entry of taken) entry.takenUntil = 0;
      this.#nextTryAt = deps.now() + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
      return;
    }
    this.#pauseMs = firstPauseMs;
    this.#nextTryAt = 0;
    for (const entry of taken) entry.sent = true;
    this.#forget(taken);
  }

  /** The own record first, then what else is free, as much as one send may carry. */
  #take(own: Entry, now: number): Set<Entry> {
    const taken = new Set([own]);
    let bytes = own.bytes;
    for (const entry of this.#entries) {
      if (entry === own || entry.takenUntil > now) continue;
      // The comma before it; the brackets of the few messages are within the margin of the limit.
      if (bytes + entry.bytes + 1 > maxSendBytes) break;
      taken.add(entry);
      bytes += entry.bytes + 1;
    }
    for (const entry of taken) entry.takenUntil = now + sendLimitMs + windowMs;
    return taken;
  }

  #forget(entries: ReadonlySet<Entry>): void {
    this.#entries = this.#entries.filter((entry) => !entries.has(entry));
  }
}

/** Packs records into as few messages as fit, each a JSON array. */
function pack(entries: readonly Entry[]): string[] {
  const messages: string[] = [];
  let texts: string[] = [];
  let bytes = 2;
  for (const entry of entries) {
    if (texts.length > 0 && bytes + entry.bytes + 1 > maxMessageBytes) {
      messages.push(`[${texts.join(',')}]`);
      texts = [];
      bytes = 2;
    }
    texts.push(entry.text);
    bytes += entry.bytes + 1;
  }
  messages.push(`[${texts.join(',')}]`);
  return messages;
}

async function refuseAfter(ms: number, deps: OutgoingDeps): Promise<never> {
  await deps.wait(ms);
  throw new Error(`The queue did not settle a send within ${ms} ms.`);
}
