// The rows of stops, in the storage of the configuration's object. It publishes nothing and audits nothing.
import {
  type KeptStop,
  mayGoOn,
  mostStops,
  type Rounds,
  type Stop,
  type StopEnd,
  stopHoldsMs,
  type StopOutcome,
  type Stopped,
} from '../src/config/stops.ts';

/** What has ended is shown for so long: somebody may still have to let go of what was kept. */
const rememberedMs = 30 * 86_400_000;
const shownStops = 2_000;

type Row = {
  id: string;
  source: string;
  trigger: string;
  trace_id: string;
  since: number;
  who: string;
  times: number | null;
  ended_at: number | null;
  ended: StopEnd | null;
};

export class StopList {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS stops (
        id TEXT PRIMARY KEY, source TEXT NOT NULL, trigger TEXT NOT NULL, trace_id TEXT NOT NULL,
        since INTEGER NOT NULL, who TEXT NOT NULL, times INTEGER, ended_at INTEGER, ended TEXT);
      CREATE INDEX IF NOT EXISTS stops_what ON stops (trace_id, trigger, source)`);
  }

  /** Of two who stop the same at once the second gets the first one's stop. */
  stop(what: Stopped, who: string, rounds: Rounds, nowMs: number): StopOutcome {
    const [last] = this.#sql.exec<Row>(
      `SELECT * FROM stops WHERE trace_id = ? AND trigger = ? AND source = ? ORDER BY since DESC, rowid DESC LIMIT 1`,
      what.traceId,
      what.trigger,
      what.source,
    );
    if (last && isHolding(last, nowMs)) return { stopped: true, isNew: false, stop: stopOf(last) };
    if (last?.ended === 'released' && rounds) {
      // A person stopped it, who counted nothing: what it may do begins here.
      if (last.times === null) {
        this.#sql.exec('UPDATE stops SET times = ? WHERE id = ?', rounds.times, last.id);
      }
      if (mayGoOn(last.times ?? rounds.times, rounds)) return { stopped: false, why: 'released' };
    }
    if (this.holding(nowMs).length >= mostStops) return { stopped: false, why: 'full' };
    const id = crypto.randomUUID();
    this.#sql.exec(
      'INSERT INTO stops VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)',
      id,
      what.source,
      what.trigger,
      what.traceId,
      nowMs,
      who,
      rounds?.times ?? null,
    );
    this.#sql.exec('DELETE FROM stops WHERE since < ?', nowMs - rememberedMs);
    return { stopped: true, isNew: true, stop: { id, ...what, since: iso(nowMs) } };
  }

  /** What is to be published. */
  holding(nowMs: number): Stop[] {
    const rows = this.#sql.exec<Row>(
      'SELECT * FROM stops WHERE ended IS NULL AND since > ? ORDER BY since, id',
      nowMs - stopHoldsMs,
    );
    return [...rows].map(stopOf);
  }

  list(nowMs: number): KeptStop[] {
    const rows = this.#sql.exec<Row>(
      'SELECT * FROM stops ORDER BY since DESC, id LIMIT ?',
      shownStops,
    );
    return [...rows].map((row) => kept(row, nowMs));
  }

  holds(id: string, nowMs: number): boolean {
    const row = this.#row(id);
    return row !== null && isHolding(row, nowMs);
  }

  /** What has ended already stays as it ended. @returns whether that changed anything; null where there is none */
  end(id: string, how: StopEnd, nowMs: number): { changed: boolean; stop: KeptStop } | null {
    const row = this.#row(id);
    if (!row) return null;
    if (row.ended !== null) return { changed: false, stop: kept(row, nowMs) };
    this.#sql.exec('UPDATE stops SET ended = ?, ended_at = ? WHERE id = ?', how, nowMs, id);
    return { changed: true, stop: kept({ ...row, ended: how, ended_at: nowMs }, nowMs) };
  }

  #row(id: string): Row | null {
    const [row] = this.#sql.exec<Row>('SELECT * FROM stops WHERE id = ?', id);
    return row ?? null;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

function isHolding({ ended, since }: Row, nowMs: number): boolean {
  return ended === null && since > nowMs - stopHoldsMs;
}

function stopOf({ id, source, trigger, trace_id, since }: Row): Stop {
  return { id, source, trigger, traceId: trace_id, since: iso(since) };
}

function kept(row: Row, nowMs: number): KeptStop {
  return {
    ...stopOf(row),
    by: row.who,
    state: row.ended ?? (isHolding(row, nowMs) ? 'holding' : 'expired'),
    endedAt: row.ended_at === null ? null : iso(row.ended_at),
  };
}
