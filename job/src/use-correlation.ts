// Decides how a transaction is told its cause: `call correlation.caused_by($1)`, which Postgres does not plan, through
// the library that runs it. It commits and rolls back nothing, and knows no library but by the methods it calls.
import { currentCorrelationId } from './current.ts';

/** What runs a transaction, as its library hands it out. Only what is called is named here. */
export type Transaction =
  /** `pg`: a Client, or a client of a Pool, after `begin`. */
  | { query(sql: string, values: string[]): PromiseLike<unknown> }
  /** `postgres`: what `sql.begin` hands to its callback. */
  | { unsafe(sql: string, values: string[]): PromiseLike<unknown> }
  /** Knex: what `knex.transaction` hands to its callback. */
  | { raw(sql: string, values: string[]): PromiseLike<unknown> }
  /** Kysely: what `db.transaction().execute` hands to its callback. Its own types are too deep to be spelled here. */
  | { selectNoFrom: (...rest: never[]) => unknown; isTransaction: boolean }
  /** Prisma: what an interactive `$transaction` hands to its callback. */
  | { $executeRawUnsafe(sql: string, ...values: string[]): PromiseLike<unknown> };

/**
 * Tells the transaction which work writes: call it first. Every event of the transaction then names the hop, deletes
 * too, and tracked tables get it as their `updated_by`. It ends with the transaction; a pooled connection is clean
 * afterwards. Without an ID nothing is asked of the database.
 *
 * @param transaction The client, `sql`, `trx` or `tx` of `pg`, `postgres`, Knex, Kysely or Prisma.
 * @throws TypeError where it is none, or where it is a whole pool or database: what is set there is gone with the
 * statement. Error where the database lacks the schema `correlation`; the transaction is then aborted.
 */
export async function useCorrelation(transaction: Transaction): Promise<void> {
  const tell = tellerOf(transaction);
  const id = currentCorrelationId();
  if (id === null) return;
  try {
    await tell(id);
  } catch (error) {
    throw explained(error);
  }
  // `pg` knows: without `begin` the setting ended with its statement, and the writes to come name nobody.
  if (method(transaction, 'getTransactionStatus')?.() === 'I') throw outsideTransaction('begin');
}

/**
 * Opens a transaction of `pg` and tells it which work writes, in one round trip; without an ID it only opens it. Commit
 * and roll back as ever. Libraries that open transactions themselves take `useCorrelation` inside.
 *
 * @param client A `pg` Client, or a client of a Pool, that is in no transaction.
 * @throws Error where the database lacks the schema `correlation`; the transaction is then open and aborted: roll back.
 */
export async function beginCorrelation(client: {
  query(sql: string): PromiseLike<unknown>;
}): Promise<void> {
  if ('totalCount' in client) throw outsideTransaction('pool.connect and begin');
  const id = currentCorrelationId();
  if (id === null) {
    await client.query('begin');
    return;
  }
  try {
    // A statement with parameters cannot stand beside another. An ID has no quote; if it had, it would be two.
    await client.query(`begin; ${statement(`'${id.replaceAll("'", "''")}'`)}`);
  } catch (error) {
    throw explained(error);
  }
}

const statement = (id: string): string => `call correlation.caused_by(${id})`;

type Method = (...rest: unknown[]) => unknown;

function tellerOf(transaction: Transaction): (id: string) => unknown {
  const execute = method(transaction, '$executeRawUnsafe');
  if (execute !== null) {
    // Inside a transaction there is a `$transaction` too (7.x), which makes a savepoint, but nothing to connect.
    if (method(transaction, '$connect')) throw outsideTransaction('prisma.$transaction');
    // Not `$queryRaw`: a CALL answers no rows.
    return (id) => execute(statement('$1'), id);
  }
  const unsafe = method(transaction, 'unsafe');
  if (unsafe !== null) {
    if (method(transaction, 'begin')) throw outsideTransaction('sql.begin');
    return (id) => unsafe(statement('$1'), [id]);
  }
  const raw = method(transaction, 'raw');
  if (raw !== null) {
    if (!isTransaction(transaction)) throw outsideTransaction('knex.transaction');
    return (id) => raw(statement('?'), [id]);
  }
  const select = method(transaction, 'selectNoFrom');
  if (select !== null) {
    if (!isTransaction(transaction)) throw outsideTransaction('db.transaction().execute');
    return (id) =>
      method(
        select((build: unknown) => useExpression(build, id)),
        'execute',
      )?.();
  }
  const query = method(transaction, 'query');
  if (query === null) {
    throw new TypeError(
      'useCorrelation takes the transaction of pg, postgres, Knex, Kysely or Prisma, and this is none of them.',
    );
  }
  if (typeof transaction === 'object' && 'totalCount' in transaction) {
    throw outsideTransaction('pool.connect and begin');
  }
  return (id) => query(statement('$1'), [id]);
}

/** `select correlation.use(id)` in Kysely's own words, which have no CALL; its raw SQL would have to be imported. */
function useExpression(build: unknown, id: string): unknown {
  const expression = method(build, 'fn')?.('correlation.use', [method(build, 'val')?.(id)]);
  return method(expression, 'as')?.('used');
}

/** A method of whatever it is, bound to it; null where there is none. */
function method(of: unknown, name: string): Method | null {
  if ((typeof of !== 'object' && typeof of !== 'function') || of === null) return null;
  const found: unknown = Reflect.get(of, name);
  return typeof found === 'function' ? (...rest) => Reflect.apply(found, of, rest) : null;
}

function isTransaction(transaction: object): boolean {
  return 'isTransaction' in transaction && transaction.isTransaction === true;
}

function outsideTransaction(opensOne: string): TypeError {
  return new TypeError(
    `useCorrelation was called outside a transaction, where it says nothing about the writes to come. Open one ` +
      `(${opensOne}) and call it first thing there.`,
  );
}

/** Postgres' own words, which every library hands on: 3F000 invalid_schema_name, 42883 undefined_function. */
function explained(error: unknown): unknown {
  if (
    !(error instanceof Error) ||
    !/schema "correlation" does not exist|(?:function|procedure) correlation\.(?:use|caused_by)\(/.test(
      error.message,
    )
  ) {
    return error;
  }
  return new Error(
    'useCorrelation: this database has no correlation.caused_by(text), or an older one. Install the schema ' +
      '"correlation" (migrations/application/correlation.sql of Throughline) and let this role use it.',
    { cause: error },
  );
}
