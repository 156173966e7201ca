// Circuits of a part of all destinations, in one place of the world. A thin class around circuit-board.ts: it stores
// and tells, and decides nothing. Isolates report in the background; no event waits for it.
import { DurableObject } from 'cloudflare:workers';
import { CircuitBoard, type Turn } from '../src/circuits/circuit-board.ts';
import type { CircuitAnswer, CircuitFacts, CircuitReport } from '../src/circuits/circuit-report.ts';
import { readCircuit, writeCircuit } from '../src/circuits/stored-circuit.ts';

/** What only counts on is stored so often; what changes a verdict, at once. */
const storeAgainAfterMs = 2_000;
const pruneAgainAfterMs = 60_000;

export class Circuits extends DurableObject<Env> {
  readonly #sql: SqlStorage;
  readonly #board: CircuitBoard;
  readonly #storedAt = new Map<string, number>();
  #prunedAt = 0;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.#sql = state.storage.sql;
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS circuits (
        id TEXT PRIMARY KEY, destination TEXT NOT NULL, circuit TEXT NOT NULL)`);
    const rows = this.#sql.exec<{ id: string; destination: string; circuit: string }>(
      'SELECT id, destination, circuit FROM circuits',
    );
    this.#board = new CircuitBoard(
      [...rows].flatMap(({ id, destination, circuit: text }) => {
        const circuit = readCircuit(text);
        return circuit ? [{ id, destination, circuit }] : [];
      }),
    );
  }

  /** Takes in what an isolate saw, and tells it the states of the destinations that it named. */
  report(report: CircuitReport): CircuitAnswer {
    const now = Date.now();
    const { answer, changed } = this.#board.report(report, now);
    for (const turn of changed) this.#store(turn, now);
    if (now - this.#prunedAt > pruneAgainAfterMs) this.#prune(now);
    return answer;
  }

  /** Those that have failed lately, are open or disabled. */
  list(): CircuitFacts[] {
    return this.#board.list(Date.now());
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

  #prune(now: number): void {
    this.#prunedAt = now;
    for (const id of this.#board.prune(now)) {
      this.#storedAt.delete(id);
      this.#sql.exec('DELETE FROM circuits WHERE id = ?', id);
    }
  }
}
