// Reads many rows as one JSON list for each of their columns: a driver makes a text of every value of every row, which takes
// the Worker several times as long.
import type { StoreClient } from './client.ts';

/** The values of rows, column by column: in each the rows in the same order. */
export type Columns<Row> = { readonly [Name in keyof Row]: readonly Row[Name][] };

/** SQL of each column. Where most rows have the same value, only the others are written, sent and read. */
export type Expressions<Row> = {
  readonly [Name in keyof Row & string]: string | { sql: string; mostly: Row[Name] & Usual };
};

/** What can be said in SQL as well. */
type Usual = string | number | boolean | null;

const rowCount = '#';

/**
 * Reads columns of rows.
 * @param from what follows the columns in a `select`: tables, conditions, order
 */
export async function readColumns<Row>(
  client: StoreClient,
  expressions: Expressions<Row>,
  from: string,
  values: unknown[],
): Promise<Columns<Row>> {
  const columns = Object.entries<string | { sql: string; mostly: Usual }>(expressions).map(
    ([name, expression]): { name: string; sql: string; mostly?: Usual } =>
      typeof expression === 'string' ? { name, sql: expression } : { name, ...expression },
  );
  const written = columns.map(({ name, mostly }) =>
    mostly === undefined
      ? `coalesce(json_agg(r."${name}"), '[]') as "${name}"`
      : `coalesce(json_object_agg(r."${rowCount}", r."${name}") filter (where r."${name}" ${isOther(mostly)}), '{}') as "${name}"`,
  );
  const { rows } = await client.query<Columns<Row> & { [rowCount]: number }>(
    `select count(*)::int as "${rowCount}", ${written.join(', ')}
     from (
       select row_number() over () - 1 as "${rowCount}", o.*
       from (select ${columns.map(({ name, sql }) => `${sql} as "${name}"`).join(', ')} from ${from}) o) r`,
    values,
  );
  const [read] = rows;
  if (!read) throw new Error('Postgres gave no row where it aggregates.');
  for (const { name, mostly } of columns) {
    if (mostly === undefined) continue;
    Reflect.set(read, name, filledUp(Reflect.get(read, name), mostly, read[rowCount]));
  }
  return read;
}

/** Types without "=", as `json`, can be compared with null only. */
function isOther(usual: Usual): string {
  if (usual === null) return 'is not null';
  return `is distinct from ${typeof usual === 'string' ? `'${usual.replaceAll("'", "''")}'` : String(usual)}`;
}

/** @param others by their rows */
function filledUp(others: unknown, usual: Usual, rows: number): unknown[] {
  const values = Array<unknown>(rows).fill(usual);
  for (const [row, value] of Object.entries(Object(others))) values[Number(row)] = value;
  return values;
}

/** A value of a column. @throws RangeError where there is no such row */
export function cell<Value>(column: readonly Value[], row: number): Value {
  const value = column[row];
  if (value === undefined) throw new RangeError(`A column of ${column.length} has no row ${row}.`);
  return value;
}
