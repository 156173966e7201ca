// Circuits of a part of all destinations, in one place of the world. A thin class around circuit-board.ts: it stores
// and tells, and decides nothing. Isolates report in the background; no event waits for it. That a destination was
// disabled is written down together with it, and announced by the alarm until it has been heard.
import { DurableObject } from 'cloudflare:workers';
import { rules } from '../src/circuits/circuit.ts';
import { CircuitBoard, type Turn } from '../src/circuits/circuit-board.ts';
import type {
  CircuitAnswer,
  CircuitFacts,
  CircuitReport,
  ResetOutcome,
} from '../src/circuits/circuit-report.ts';
import { readCircuit, writeCircuit } from '../src/circuits/stored-circuit.ts';
import { configOf } from '../src/config/config.ts';
import { type Configuration, snapshotKey, snapshotSchema } from '../src/config/configuration.ts';
import { messageOf } from '../src/error-message.ts';
import { circuitEntry } from '../src/live/circuit-entry.ts';
import { noCounts } from '../src/live/entries.ts';
import { announceTo, liveFeedName } from '../src/live/live-door.ts';
import { report as log } from '../src/report.ts';
import { sendAnnouncement } from './send-announcement.ts';
import { announcedForMs, announcementPauseMs } from './announcements.ts';

/** What only counts on is stored so often; what changes a verdict, at once. */
const storeAgainAfterMs = 2_000;
const pruneAgainAfterMs = 60_000;
/** How long what the configuration says of disabling is taken for true. */
const limitHoldsMs = 60_000;
/** Nobody waits longer for it. */
const limitWaitMs = 1_000;
const dayMs = 86_400_000;

const limitKey = 'disabledAfterMs';

type AnnouncementRow = {
  id: string;
  /** Empty until it is known who is to be told. */
  url: string;
  body: string;
  made_at_ms: number;
  due_at_ms: number;
  tries: number;
};

export class Circuits extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  readonly #board: CircuitBoard;
  readonly #storedAt = new Map<string, number>();
  #prunedAt = 0;
  #limitReadAt = Number.NEGATIVE_INFINITY;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS circuits (
        id TEXT PRIMARY KEY, destination TEXT NOT NULL, circuit TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS announcements (
        id TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL, made_at_ms INTEGER NOT NULL,
        due_at_ms INTEGER NOT NULL, tries INTEGER NOT NULL, PRIMARY KEY (id, url))`);
    const rows = this.#sql.exec<{ id: string; destination: string; circuit: string }>(
      'SELECT id, destination, circuit FROM circuits',
    );
    this.#board = new CircuitBoard(
      [...rows].flatMap(({ id, destination, circuit: text }) => {
        const circuit = readCircuit(text);
        return circuit ? [{ id, destination, circuit }] : [];
      }),
    );
    // Until it is known nothing is disabled: the configuration may be more patient.
    this.#board.disabledAfterMs = state.storage.kv.get<number>(limitKey) ?? Infinity;
  }

  /** Takes in what an isolate saw, and tells it the states of the destinations that it named. */
  async report(report: CircuitReport): Promise<CircuitAnswer> {
    await this.#readLimit();
    const now = Date.now();
    const { answer, changed } = this.#board.report(report, now);
    let announces = false;
    // One transaction, since nothing is waited for: a circuit is never disabled without its announcement.
    for (const turn of changed) {
      this.#store(turn, now);
      if (turn.circuit.disabled && !turn.before.disabled) {
        this.#announce(turn, now);
        announces = true;
      } else if (turn.before.disabled && !turn.circuit.disabled) {
        log('A destination that was disabled delivers again.', {
          destination: turn.destination,
        });
      }
    }
    if (now - this.#prunedAt > pruneAgainAfterMs) this.#prune(now);
    this.#tellLive(changed, now);
    if (announces) await this.ctx.storage.setAlarm(now);
    return answer;
  }

  /** Those that have failed lately, are open or disabled. */
  list(): CircuitFacts[] {
    return this.#board.list(Date.now());
  }

  /** Closes an open circuit, or enables a disabled destination; whichever it is asked for. */
  reset(id: string, from: 'open' | 'disabled'): ResetOutcome {
    const now = Date.now();
    const state = this.#board.facts(id, now)?.state ?? null;
    const isHere = state === from || (from === 'open' && state === 'half_open');
    const turn = isHere ? this.#board.reset(id) : null;
    const circuit = this.#board.facts(id, now);
    if (!turn || !circuit) return { done: false, state };
    this.#store(turn, now);
    this.#tellLive([turn], now);
    return { done: true, circuit };
  }

  /** Never throws: the runtime gives an alarm up after six failures, and nobody would be told then. */
  override async alarm(): Promise<void> {
    const due = this.#announcements(Date.now());
    for (const row of due) {
      if (row.url === '') await this.#address(row);
    }
    await Promise.all(
      this.#announcements(Date.now())
        .filter(({ url }) => url !== '')
        .map((row) => this.#send(row)),
    );
    const [next] = this.#sql.exec<{ at: number | null }>(
      'SELECT min(due_at_ms) AS at FROM announcements',
    );
    if (next && next.at !== null) await this.ctx.storage.setAlarm(next.at);
  }

  /** What was read last holds on where the configuration cannot be read. Never rejects. */
  async #readLimit(): Promise<void> {
    const now = Date.now();
    // Clocks go back at times.
    if (Math.abs(now - this.#limitReadAt) < limitHoldsMs) return;
    this.#limitReadAt = now;
    const read = new AbortController();
    try {
      const text = await Promise.race([
        this.env.SNAPSHOT.get(snapshotKey),
        scheduler.wait(limitWaitMs, { signal: read.signal }).then(() => {
          throw new Error(`Nothing was heard of it within ${limitWaitMs} ms.`);
        }),
      ]);
      const days = text === null ? undefined : configurationIn(text).disableAfterDays;
      const limitMs = days === undefined ? rules.disabledAfterMs : days * dayMs;
      if (limitMs === this.#board.disabledAfterMs) return;
      this.#board.disabledAfterMs = limitMs;
      this.ctx.storage.kv.put(limitKey, limitMs);
    } catch (error) {
      log('When a destination is to be disabled could not be read; what was read last holds.', {
        afterMs: this.#board.disabledAfterMs,
        error: messageOf(error),
      });
    } finally {
      read.abort();
    }
  }

  #store({ id, destination, circuit, before }: Turn, now: number): void {
    const isTurn =
      circuit.opened?.until !== before.opened?.until ||
      circuit.disabled?.at !== before.disabled?.at;
    if (!isTurn && now - (this.#storedAt.get(id) ?? 0) < storeAgainAfterMs) return;
    this.#storedAt.set(id, now);
    const text = writeCircuit(circuit);
    this.#sql.exec('INSERT OR REPLACE INTO circuits VALUES (?, ?, ?)', id, destination, text);
  }

  /** In the background: whoever watches may hear of it late or never, and nothing waits for that. */
  #tellLive(turns: readonly Turn[], now: number): void {
    const at = new Date(now).toISOString();
    const entries = turns.flatMap((turn) => circuitEntry(turn, at) ?? []);
    if (entries.length === 0) return;
    const announce = announceTo(() => this.env.LIVE_FEED.getByName(liveFeedName), log);
    this.ctx.waitUntil(announce({ entries, leftOut: noCounts() }));
  }

  #prune(now: number): void {
    this.#prunedAt = now;
    for (const id of this.#board.prune(now)) {
      this.#storedAt.delete(id);
      this.#sql.exec('DELETE FROM circuits WHERE id = ?', id);
    }
  }

  #announce({ id, circuit }: Turn, now: number): void {
    const facts = this.#board.facts(id, now);
    const body = JSON.stringify({
      type: 'destination.disabled',
      timestamp: new Date(now).toISOString(),
      data: facts,
    });
    const name = `disabled-${id}-${circuit.disabled?.at ?? now}`;
    this.#sql.exec(
      'INSERT OR IGNORE INTO announcements VALUES (?, ?, ?, ?, ?, 0)',
      name,
      '',
      body,
      now,
      now,
    );
    log('A destination was disabled: nothing was delivered to it for days.', { ...facts });
  }

  #announcements(now: number): AnnouncementRow[] {
    return [
      ...this.#sql.exec<AnnouncementRow>(
        'SELECT * FROM announcements WHERE due_at_ms <= ? ORDER BY due_at_ms LIMIT 20',
        now,
      ),
    ];
  }

  /** Finds out who is to be told, once: who is added later is not told of what has been. */
  async #address(row: AnnouncementRow): Promise<void> {
    try {
      const text = await this.env.SNAPSHOT.get(snapshotKey);
      const urls = text === null ? [] : urlsOf(text);
      this.ctx.storage.transactionSync(() => {
        for (const url of new Set(urls)) {
          this.#sql.exec(
            'INSERT OR IGNORE INTO announcements VALUES (?, ?, ?, ?, ?, 0)',
            row.id,
            url,
            row.body,
            row.made_at_ms,
            row.due_at_ms,
          );
        }
        this.#drop(row);
      });
    } catch (error) {
      this.#again(row, error);
    }
  }

  async #send(row: AnnouncementRow): Promise<void> {
    try {
      const config = configOf(this.env);
      await sendAnnouncement(row, {
        secrets: config.outboundSigningSecrets,
        allowPrivateDestinations: config.allowPrivateDestinations,
        nowMs: Date.now(),
      });
      this.#drop(row);
    } catch (error) {
      this.#again(row, error);
    }
  }

  #again(row: AnnouncementRow, error: unknown): void {
    const now = Date.now();
    const tries = row.tries + 1;
    const isOver = now - row.made_at_ms > announcedForMs;
    log(
      isOver
        ? 'An announcement was never taken, and is given up. The API shows what it said.'
        : 'An announcement was not taken and is sent again.',
      { announcement: row.id, tries, error: messageOf(error) },
    );
    if (isOver) return this.#drop(row);
    this.#sql.exec(
      'UPDATE announcements SET tries = ?, due_at_ms = ? WHERE id = ? AND url = ?',
      tries,
      now + announcementPauseMs(tries),
      row.id,
      row.url,
    );
  }

  #drop({ id, url }: AnnouncementRow): void {
    this.#sql.exec('DELETE FROM announcements WHERE id = ? AND url = ?', id, url);
  }
}

/** @throws where what is published cannot be read */
function urlsOf(text: string): string[] {
  return configurationIn(text).notifications.map(({ url }) => url);
}

/** @throws where what is published cannot be read */
function configurationIn(text: string): Configuration {
  return snapshotSchema.parse(JSON.parse(text)).configuration;
}
