// Reads many rows as one JSON list for each of their columns: a driver makes a text of every value of every row, which takes
// the Worker several times as long.
import type { StoreClient } from './client.ts';

/** The values of rows, column by column: in each the rows in the same order. */
export type Columns<Row> = { readonly [Name in keyof Row]: readonly Row[Name][] };

/**
 * Reads columns of rows.
 * @param expressions SQL of each column
 * @param from what follows it in a `select`: tables, conditions, order
 */
export async function readColumns<Row>(
  client: StoreClient,
  expressions: { readonly [Name in keyof Row & string]: string },
  from: string,
  values: unknown[],
): Promise<Columns<Row>> {
  const columns = Object.entries<string>(expressions);
  const { rows } = await client.query<Columns<Row>>(
    `select ${columns.map(([name]) => `coalesce(json_agg(r."${name}"), '[]') as "${name}"`).join(', ')}
     from (select ${columns.map(([name, sql]) => `${sql} as "${name}"`).join(', ')} from ${from}) r`,
    values,
  );
  const [read] = rows;
  if (!read) throw new Error('Postgres gave no row where it aggregates.');
  return read;
}

/** A value of a column. @throws RangeError where there is no such row */
export function cell<Value>(column: readonly Value[], row: number): Value {
  const value = column[row];
  if (value === undefined) throw new RangeError(`A column of ${column.length} has no row ${row}.`);
  return value;
}
