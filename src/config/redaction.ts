// What is left out before anything is stored, and which columns name a row: as configured, made ready for use. Pure.
import type { Configuration } from './configuration.ts';

/** The column that says who wrote a row. */
export const actorColumn = 'updated_by';
/** The column that names a row where nothing else is configured. */
const usualKey: readonly string[] = ['id'];

export type Redactions = {
  /** As configured: `column`, `table.column`, `schema.table.column`. */
  columns: ReadonlySet<string>;
  /** In lower case. */
  headers: ReadonlySet<string>;
};

export function redactionsOf({ redaction }: Configuration): Redactions {
  return { columns: new Set(redaction.columns), headers: new Set(redaction.headers) };
}

/** The columns that name a row of a source's table, by source and `schema.table`. */
export type RowKeys = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

export function rowKeysOf({ sources }: Configuration): RowKeys {
  return new Map(
    Object.entries(sources).map(([name, { rowKeys }]) => [name, new Map(Object.entries(rowKeys))]),
  );
}

/** The columns that name a row of this table. */
export function keyColumnsOf(
  rowKeys: RowKeys,
  source: string,
  table: { schema: string; name: string },
): readonly string[] {
  return rowKeys.get(source)?.get(`${table.schema}.${table.name}`) ?? usualKey;
}

/**
 * Entries of `redaction.columns` that are ignored, since IDs, causes and histories rest on their columns: who wrote a
 * row, and what names it.
 */
export function columnsKeptAnyway({ redaction, sources }: Configuration): string[] {
  const keys = Object.values(sources).flatMap(({ rowKeys }) => Object.values(rowKeys).flat());
  const kept = new Set([actorColumn, ...usualKey, ...keys]);
  return redaction.columns.filter((entry) => kept.has(entry.split('.').at(-1) ?? entry));
}
