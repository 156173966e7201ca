// Leaves out what is not to be stored, after everything that needs it has been told from it, and before anything is
// recorded or queued. Destinations get it all the same. Pure.
import { actorColumn, keyColumnsOf, type Redactions, type RowKeys } from '../config/redaction.ts';
import type { EventFacts } from '../store/record.ts';
import { correlationVariables, sessionUserOf } from './session-variables.ts';

/** Stands for a value. Columns that changed still differ, so that the change itself is seen. */
const mark = '[redacted]';
const changedMark = '[redacted, changed]';

type Row = Record<string, unknown> | null;

/**
 * An event's facts as they may be stored. Session variables are named like headers, and go by the names of headers.
 * @param redactions null: what may be stored is not known, and no row is kept
 */
export function redactEvent(
  event: EventFacts,
  redactions: Redactions | null,
  rowKeys: RowKeys,
): EventFacts {
  if (redactions === null) {
    return { ...event, old: null, new: null, sessionVariables: null, payloadKept: false };
  }
  const { columns, headers } = redactions;
  if (columns.size === 0 && headers.size === 0) return event;
  const isLeftOut = columnTest(event, columns, rowKeys);
  return {
    ...event,
    ...redactSession(event, headers),
    old: redactRow(event.old, () => mark, isLeftOut),
    new: redactRow(
      event.new,
      (column) => (hasChanged(event, column) ? changedMark : mark),
      isLeftOut,
    ),
  };
}

/** Fields of a delivery that are ours: without them it would be another one. */
const neverLeftOut: ReadonlySet<string> = new Set([
  'x-correlation-id',
  'idempotency-key',
  'traceparent',
  'x-throughline-hops',
]);

/** The header fields of a delivery that may be kept until it is tried again; the others it goes without then. */
export function keptHeaders(
  headers: readonly [string, string][],
  leftOut: ReadonlySet<string>,
): [string, string][] {
  if (leftOut.size === 0) return [...headers];
  return headers.filter(([name]) => !leftOut.has(name.toLowerCase()) || neverLeftOut.has(name));
}

function columnTest(
  { source, table }: EventFacts,
  columns: ReadonlySet<string>,
  rowKeys: RowKeys,
): (column: string) => boolean {
  const kept = new Set([actorColumn, ...(table ? keyColumnsOf(rowKeys, source, table) : [])]);
  const prefixes = table ? ['', `${table.name}.`, `${table.schema}.${table.name}.`] : [''];
  return (column) =>
    !kept.has(column) && prefixes.some((prefix) => columns.has(`${prefix}${column}`));
}

function redactRow(
  row: Row,
  markOf: (column: string) => string,
  isLeftOut: (column: string) => boolean,
): Row {
  return (
    row &&
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        isLeftOut(column) ? markOf(column) : value,
      ]),
    )
  );
}

function hasChanged({ old, new: row }: EventFacts, column: string): boolean {
  return old !== null && JSON.stringify(old[column]) !== JSON.stringify(row?.[column]);
}

function redactSession(
  { sessionVariables, sessionUser }: EventFacts,
  headers: ReadonlySet<string>,
): Pick<EventFacts, 'sessionVariables' | 'sessionUser'> {
  if (sessionVariables === null) return { sessionVariables, sessionUser };
  const isLeftOut = (name: string): boolean =>
    headers.has(name.toLowerCase()) && !correlationVariables.has(name.toLowerCase());
  const variables = Object.entries(sessionVariables);
  const kept = Object.fromEntries(variables.filter(([name]) => !isLeftOut(name)));
  return {
    sessionVariables: Object.fromEntries(
      variables.map(([name, value]) => [name, isLeftOut(name) ? mark : value]),
    ),
    sessionUser: sessionUserOf(kept),
  };
}
