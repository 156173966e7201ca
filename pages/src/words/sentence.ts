// A change as a sentence: who did what to which row. Pure; drawing the parts is left to components.
import type { ActorView, ColumnChange, EventView } from '../../../src/api/views.ts';
import { actorLabel, rowLabel } from './names.ts';

/** What the sentence is about: an event, or the summary of a cascade's root. */
export interface Change {
  actor: ActorView;
  table: EventView['table'];
  op: EventView['op'];
  rowKey: string | null;
  changes: ColumnChange[];
  trigger?: string | null;
}

/** Columns that say who and when, never what. */
const bookkeeping = new Set(['updated_at', 'updated_by', 'created_at', 'created_by']);
const maxValueLength = 28;
/** ISO 8601 with a time: the day and the seconds are enough. */
const timestamp = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)[\d.:+Z-]*$/;

/** A column's value in a few characters. */
export function formatValue(value: unknown, maxLength = maxValueLength): string {
  if (value === null || value === undefined) return 'null';
  const text =
    typeof value === 'string' ? value.replace(timestamp, '$1 $2') : JSON.stringify(value);
  if (text === '') return '""';
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** The columns worth telling, times last; all of them when only bookkeeping changed. */
export function tellingChanges(changes: ColumnChange[]): ColumnChange[] {
  const telling = changes.filter(({ column }) => !bookkeeping.has(column));
  if (telling.length === 0) return changes;
  const times = telling.filter(({ column }) => column.endsWith('_at'));
  return [...telling.filter((change) => !times.includes(change)), ...times];
}

export interface Sentence {
  actor: string;
  verb: string;
  row: string;
  column: string | null;
  from: string | null;
  to: string | null;
  more: string | null;
}

/** The parts of "dana@acme.io set orders #42 status pending → paid, 2 more columns". */
export function sentenceOf(change: Change): Sentence {
  const label = actorLabel(change.actor);
  const writer = label === 'unknown' ? 'Somebody unknown' : label;
  const base = {
    actor: writer,
    row: rowLabel(change),
    column: null,
    from: null,
    to: null,
    more: null,
  };
  switch (change.op) {
    case 'INSERT':
      return { ...base, verb: 'created' };
    case 'DELETE':
      return { ...base, verb: 'deleted' };
    case 'UPDATE': {
      const telling = tellingChanges(change.changes);
      const first = telling[0];
      if (first === undefined) return { ...base, verb: 'updated' };
      const others = telling.length - 1;
      return {
        ...base,
        verb: 'set',
        column: first.column,
        from: formatValue(first.old),
        to: formatValue(first.new),
        more: others === 0 ? null : `${others} more ${others === 1 ? 'column' : 'columns'}`,
      };
    }
    case 'MANUAL':
      return { ...base, verb: 'invoked by hand' };
    case null:
      return { ...base, verb: 'sent' };
  }
}

/** The sentence as plain text, for titles and labels. */
export function sentenceText(sentence: Sentence): string {
  const { actor, verb, row, column, from, to, more } = sentence;
  const change = column === null ? '' : ` ${column} ${from} → ${to}`;
  return `${actor} ${verb} ${row}${change}${more === null ? '' : `, ${more}`}`;
}

/** What happened to the row, after its name: "status pending → paid", "new row", "deleted". */
export function changeText(change: Change): string {
  const { column, from, to, more } = sentenceOf(change);
  switch (change.op) {
    case 'INSERT':
      return 'new row';
    case 'DELETE':
      return 'deleted';
    case 'MANUAL':
      return 'invoked by hand';
    case null:
      return 'received';
    case 'UPDATE':
      return column === null
        ? 'updated'
        : `${column} ${from} → ${to}${more === null ? '' : `, ${more}`}`;
  }
}

const dull = /(^|_)(id|at|by|on|key|uuid)$/;

/** The same within a node's one line: "status → paid", "new, k.lind@acme.io". */
export function shortChange(change: Change): string {
  if (change.op === 'INSERT') {
    const first = change.changes.find(
      ({ column, new: value }) => typeof value === 'string' && value !== '' && !dull.test(column),
    );
    return first === undefined ? 'new row' : `new, ${formatValue(first.new)}`;
  }
  if (change.op !== 'UPDATE') return changeText(change);
  const telling = tellingChanges(change.changes);
  const first = telling[0];
  if (first === undefined) return 'updated';
  return telling.length === 1
    ? `${first.column} → ${formatValue(first.new)}`
    : `${first.column} + ${telling.length - 1}`;
}
