// Rows for a statement as one array for each column, which Postgres reads in half the time that objects of JSON take, whose
// members it looks up by name. For rows of many columns; others are JSON (storable-json.ts).
import { cleanedText } from './storable-json.ts';

/** Columns with their types. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** The columns' names, in the order of {@link arraysOf}. */
export const namesIn = (columns: ColumnTypes): string => Object.keys(columns).join(', ');

/** As SQL: the rows as `r`, with `$1` and so on for what {@link arraysOf} gives. */
export function arrayRows(columns: ColumnTypes): string {
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`);
  return `unnest(${arrays.join(', ')}) as r (${namesIn(columns)})`;
}

/** The next two parameters after the rows'. */
export function parametersAfter(columns: ColumnTypes): [string, string] {
  const { length } = Object.keys(columns);
  return [`$${length + 1}`, `$${length + 2}`];
}

/** The values of each column, with U+FFFD in the place of what Postgres cannot keep. Objects are given as JSON texts. */
export function arraysOf(
  columns: ColumnTypes,
  rows: readonly Readonly<Record<string, unknown>>[],
): unknown[][] {
  return Object.keys(columns).map((name) =>
    rows.map((row) => {
      const value = row[name];
      return typeof value === 'string' ? cleanedText(value) : (value ?? null);
    }),
  );
}
