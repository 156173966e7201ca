// The SQL of one row trigger, as Hasura makes one for each trigger and operation. Pure: it touches no database.
import pg from 'pg';
import type { EventTrigger, ListenedColumns, OperationSpec } from './trigger.ts';

const { escapeIdentifier, escapeLiteral } = pg;

export type Operation = 'INSERT' | 'UPDATE' | 'DELETE';

/** Hasura's name for function and trigger. */
export function triggerFunctionName(trigger: string, operation: Operation): string {
  return `notify_hasura_${trigger}_${operation}`;
}

/**
 * The function and the trigger of one operation.
 *
 * An UPDATE is compared with `<>` on records, and with `*<>` (record images) where a column's type has no
 * equality: hence `1.0` to `1.00` is no change for the first and one for the second. Learnt from
 * graphql-engine's `trigger.sql.shakespeare`.
 * @param columns all columns of the table in their order
 * @throws when the trigger names a column that the table does not have
 */
export function triggerSql(
  trigger: EventTrigger,
  operation: Operation,
  spec: OperationSpec,
  columns: readonly string[],
): string {
  const name = escapeIdentifier(triggerFunctionName(trigger.name, operation));
  const table = `${escapeIdentifier(trigger.table.schema)}.${escapeIdentifier(trigger.table.name)}`;
  const listened = pick(trigger, spec.columns, columns);
  const sent = pick(trigger, spec.payload ?? '*', columns);
  const row = (side: 'old' | 'new'): string =>
    `row(${listened.map((column) => `${side}.${escapeIdentifier(column)}`).join(', ')})`;
  const json = (side: 'old' | 'new'): string =>
    `(select row_to_json(sent) from (select ${sent
      .map((column) => `${side}.${escapeIdentifier(column)}`)
      .join(', ')}) as sent)`;
  const old = operation === 'INSERT' ? 'null' : json('old');
  const now = operation === 'DELETE' ? 'null' : json('new');
  const compare =
    operation === 'UPDATE'
      ? `
  before_write := ${row('old')};
  after_write := ${row('new')};
  begin
    changed := before_write <> after_write;
  exception when undefined_function then
    changed := before_write *<> after_write;
  end;
  if not changed then
    return null;
  end if;`
      : '';
  return `
create or replace function hdb_catalog.${name}() returns trigger language plpgsql as $notify$
declare
  before_write record;
  after_write  record;
  changed      boolean;
begin${compare}
  perform hdb_catalog.insert_event_log(
    tg_table_schema::text, tg_table_name::text, ${escapeLiteral(trigger.name)}, tg_op,
    json_build_object('old', ${old}, 'new', ${now}));
  return null;
end
$notify$;
create or replace trigger ${name} after ${operation.toLowerCase()} on ${table}
  for each row execute function hdb_catalog.${name}();`;
}

function pick(
  trigger: EventTrigger,
  wanted: ListenedColumns,
  columns: readonly string[],
): readonly string[] {
  if (wanted === '*') return columns;
  const missing = wanted.filter((column) => !columns.includes(column));
  if (missing.length > 0) {
    const { schema, name } = trigger.table;
    throw new Error(
      `Event trigger ${trigger.name}: table ${schema}.${name} has no column ${missing.join(', ')}. ` +
        `It has ${columns.join(', ')}.`,
    );
  }
  return wanted;
}
