// The rows of API tokens, in the storage of the configuration's object. It publishes nothing and audits nothing.
import { type ApiToken, type KeptApiToken, mostApiTokens } from '../src/config/api-tokens.ts';

type Row = {
  id: string;
  sha256: string;
  role: ApiToken['role'];
  note: string;
  created_at: number;
  created_by: string;
  expires_at: string | null;
  last_used_at: number | null;
};

export class TokenList {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`
      CREATE TABLE IF NOT EXISTS api_tokens (
        id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, role TEXT NOT NULL, note TEXT NOT NULL,
        created_at INTEGER NOT NULL, created_by TEXT NOT NULL, expires_at TEXT, last_used_at INTEGER)`);
  }

  /** False where as many are kept as may be, or the id is taken. */
  add(token: ApiToken, by: { note: string; name: string }, nowMs: number): boolean {
    const kept = this.#rows();
    if (kept.length >= mostApiTokens || kept.some(({ id }) => id === token.id)) return false;
    this.#sql.exec(
      'INSERT INTO api_tokens VALUES (?, ?, ?, ?, ?, ?, ?, NULL)',
      token.id,
      token.sha256,
      token.role,
      by.note,
      nowMs,
      by.name,
      token.expiresAt,
    );
    return true;
  }

  /** False where there is none. */
  remove(id: string): boolean {
    return this.#sql.exec('DELETE FROM api_tokens WHERE id = ?', id).rowsWritten > 0;
  }

  touch(id: string, nowMs: number): void {
    this.#sql.exec('UPDATE api_tokens SET last_used_at = ? WHERE id = ?', nowMs, id);
  }

  find(sha256: string): ApiToken | null {
    const [row] = this.#sql.exec<Row>('SELECT * FROM api_tokens WHERE sha256 = ?', sha256);
    return row ? tokenOf(row) : null;
  }

  /** What is to be published; who checks one looks at its expiry. */
  published(): ApiToken[] {
    return this.#rows().map(tokenOf);
  }

  /** Newest first. */
  list(): KeptApiToken[] {
    return this.#rows().map((row) => {
      const { sha256: _secret, ...token } = tokenOf(row);
      return {
        ...token,
        note: row.note,
        createdAt: iso(row.created_at),
        createdBy: row.created_by,
        lastUsedAt: row.last_used_at === null ? null : iso(row.last_used_at),
      };
    });
  }

  #rows(): Row[] {
    return [
      ...this.#sql.exec<Row>('SELECT * FROM api_tokens ORDER BY created_at DESC, rowid DESC'),
    ];
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

function tokenOf({ id, sha256, role, expires_at }: Row): ApiToken {
  return { id, sha256, role, expiresAt: expires_at };
}
