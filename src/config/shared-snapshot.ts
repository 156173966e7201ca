// The published configuration as the requests of one isolate share it: the last valid version, when it was confirmed,
// and who reads it again. Plain data only, since a Worker must not share I/O between requests: the request that finds
// no read under way makes one, all others look at what has become of it.
import { z } from 'zod';
import { emptyConfiguration, snapshotSchema } from './configuration.ts';
import type { StoredVersion } from './edge-config.ts';
import { columnsKeptAnyway } from './redaction.ts';

export type SnapshotDeps = {
  /** What is published, as text; null where nothing is. Rejects, or never settles, out of reach. */
  read(): Promise<string | null>;
  /** ms since the epoch */
  now(): number;
  wait(ms: number): Promise<void>;
  /** Lets a read end that its own request does not wait for any more. */
  waitUntil(work: Promise<unknown>): void;
  report(message: string, facts: Record<string, unknown>): void;
};

export type SnapshotFacts = {
  /** 0: it works from the Worker's variables alone. */
  version: number;
  /** RFC 3339; null where nothing is known to be published. */
  publishedAt: string | null;
  /** Published more than a day ago, though it is published again every few hours. */
  isOld: boolean;
  /** Why it could not be read the last time; null where it could. */
  failure: string | null;
};

/** From this age on it is read again in the background. */
const refreshAfterMs = 10_000;
/**
 * From this age on a request waits until it is read again. A revoked key must be refused everywhere within 120 s:
 * a change takes KV up to 60 s to be seen elsewhere, its cache holds it for 30 s more, this, and the wait: 117 s.
 */
const tooOldAfterMs = 25_000;
/** How long a request waits for what is too old. */
const waitForNewerMs = 2_000;
/** How long the requests of a fresh isolate wait; then they work from variables. */
const waitForFirstMs = 500;
/** What has not settled by then has failed. */
const readLimitMs = 5_000;
/** How long nobody waits, or reads again, after a failure. */
const pauseMs = 5_000;
const pollMs = 5;
const alarmAgeMs = 86_400_000;
/** The same failure is reported so often, and an old snapshot too. */
const failureAgainAfterMs = 60_000;
const alarmAgainAfterMs = 3_600_000;

const nothingStored: StoredVersion = {
  version: 0,
  publishedAt: null,
  configuration: emptyConfiguration,
};

export class SharedSnapshot {
  #held: StoredVersion | null = null;
  /** What was held was made of it. */
  #heldText: string | null = null;
  /** What cannot be read, and why: it is not parsed again. */
  #unreadable: { text: string; why: string } | null = null;
  /** When the read began that last gave what is held. */
  #confirmedAtMs = Number.NEGATIVE_INFINITY;
  /** 0 while no read is under way. */
  #readEndsBeforeMs = 0;
  #pausedUntilMs = 0;
  #failure: string | null = null;
  #failureReportedAtMs = Number.NEGATIVE_INFINITY;
  #alarmRaisedAtMs = Number.NEGATIVE_INFINITY;

  /** Why the last read failed; null where it did not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** What an edge with this snapshot works by, and whether that is well. */
  facts(nowMs: number): SnapshotFacts {
    const { version, publishedAt } = this.#held ?? nothingStored;
    return { version, publishedAt, isOld: isOld(this.#held, nowMs), failure: this.#failure };
  }

  /**
   * The newest version that is known; null where none could be read in time. It rejects never, and gives a value at
   * once wherever nobody has to wait.
   */
  current(deps: SnapshotDeps): StoredVersion | null | Promise<StoredVersion | null> {
    const now = deps.now();
    const ageMs = now - this.#confirmedAtMs;
    if (ageMs < refreshAfterMs || now < this.#pausedUntilMs) return this.#held;
    // After a failure nobody waits: it is tried again in the background.
    if (ageMs >= tooOldAfterMs && this.#failure === null) return this.#afterReading(deps);
    if (now >= this.#readEndsBeforeMs) deps.waitUntil(this.#read(deps));
    return this.#held;
  }

  async #afterReading(deps: SnapshotDeps): Promise<StoredVersion | null> {
    const giveUpAtMs = deps.now() + (this.#held ? waitForNewerMs : waitForFirstMs);
    for (;;) {
      const now = deps.now();
      if (now - this.#confirmedAtMs < tooOldAfterMs || now < this.#pausedUntilMs) break;
      if (now >= giveUpAtMs) {
        // The read may still come back; until then nobody else waits for it.
        this.#pausedUntilMs = now + pauseMs;
        break;
      }
      if (now < this.#readEndsBeforeMs) {
        await deps.wait(Math.min(pollMs, giveUpAtMs - now));
      } else {
        const read = this.#read(deps);
        deps.waitUntil(read);
        await Promise.race([read, deps.wait(giveUpAtMs - now)]);
      }
    }
    return this.#held;
  }

  /** Never rejects. */
  async #read(deps: SnapshotDeps): Promise<void> {
    const beganAtMs = deps.now();
    this.#readEndsBeforeMs = beganAtMs + readLimitMs;
    try {
      this.#take(await Promise.race([deps.read(), refuseAfter(readLimitMs, deps)]), deps);
      this.#confirmedAtMs = Math.max(this.#confirmedAtMs, beganAtMs);
      this.#pausedUntilMs = 0;
      this.#failure = null;
    } catch (error) {
      this.#pausedUntilMs = deps.now() + pauseMs;
      this.#reportFailure(error instanceof Error ? error.message : String(error), deps);
    }
    this.#readEndsBeforeMs = 0;
    this.#raiseAlarm(deps);
  }

  /** @throws Error saying why this cannot be used */
  #take(text: string | null, deps: SnapshotDeps): void {
    if (text === null) {
      if (this.#held && this.#held.version > 0) {
        throw new Error('Nothing is published any more: the key is gone from the KV namespace.');
      }
      this.#held ??= nothingStored;
      return;
    }
    if (text === this.#heldText) return;
    if (text === this.#unreadable?.text) throw new Error(this.#unreadable.why);
    const parsed = parseSnapshot(text);
    if ('why' in parsed) {
      this.#unreadable = { text, why: parsed.why };
      throw new Error(parsed.why);
    }
    // KV may give an older copy after a newer one.
    const isOlder =
      Date.parse(parsed.publishedAt ?? '') < Date.parse(this.#held?.publishedAt ?? '');
    if (isOlder) return;
    this.#held = parsed;
    this.#heldText = text;
    this.#unreadable = null;
    const columns = columnsKeptAnyway(parsed.configuration);
    if (columns.length === 0) return;
    deps.report('Columns that say who wrote a row, or which, cannot be redacted and are stored.', {
      version: parsed.version,
      columns,
    });
  }

  #reportFailure(error: string, deps: SnapshotDeps): void {
    const now = deps.now();
    const isNews = error !== this.#failure;
    this.#failure = error;
    if (!isNews && now - this.#failureReportedAtMs < failureAgainAfterMs) return;
    this.#failureReportedAtMs = now;
    deps.report('The stored configuration could not be read; the edge works on without news.', {
      worksWith: this.#held ? `version ${this.#held.version}` : 'the Worker’s variables alone',
      error,
    });
  }

  #raiseAlarm(deps: SnapshotDeps): void {
    const now = deps.now();
    if (!isOld(this.#held, now) || now - this.#alarmRaisedAtMs < alarmAgainAfterMs) return;
    this.#alarmRaisedAtMs = now;
    deps.report('The stored configuration was last published more than a day ago.', {
      version: this.#held?.version,
      publishedAt: this.#held?.publishedAt,
    });
  }
}

/** True for a version that was published more than a day ago: it is published again every few hours. */
function isOld(stored: StoredVersion | null, nowMs: number): boolean {
  return stored?.publishedAt != null && nowMs - Date.parse(stored.publishedAt) > alarmAgeMs;
}

function parseSnapshot(text: string): StoredVersion | { why: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { why: 'What is published is no JSON.' };
  }
  const form = z.object({ v: z.number() }).safeParse(json);
  if (form.success && form.data.v > 1) {
    return { why: `What is published has the form ${form.data.v}: deploy a newer Worker.` };
  }
  const parsed = snapshotSchema.safeParse(json);
  if (!parsed.success) {
    const what = z.prettifyError(parsed.error).slice(0, 1_000);
    return { why: `What is published is no configuration:\n${what}` };
  }
  const { v: _form, ...stored } = parsed.data;
  return stored;
}

async function refuseAfter(ms: number, deps: SnapshotDeps): Promise<never> {
  await deps.wait(ms);
  throw new Error(`Nothing was heard of it within ${ms} ms.`);
}
