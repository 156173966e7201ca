// Dead letters as a table for spreadsheets (RFC 4180). Pure.
import type { DeadLetter } from './words.ts';

const columns: readonly (readonly [name: string, of: (letter: DeadLetter) => unknown])[] = [
  ['died_at', (letter) => letter.deadAt],
  ['source', (letter) => letter.source],
  ['trigger', (letter) => letter.trigger],
  ['table', ({ table }) => table && `${table.schema}.${table.name}`],
  ['row_key', (letter) => letter.rowKey],
  ['job', (letter) => letter.job],
  ['destination', (letter) => letter.destination],
  ['reason', (letter) => letter.reason],
  ['status', (letter) => letter.status],
  ['error', (letter) => letter.error],
  ['attempts', (letter) => letter.attempts],
  ['first_attempt_at', (letter) => letter.firstAttemptAt],
  ['correlation_id', (letter) => letter.correlationId],
  ['event_id', (letter) => letter.eventId],
  ['delivery_id', (letter) => letter.deliveryId],
  ['trace_id', (letter) => letter.traceId],
  ['discarded_at', (letter) => letter.discard?.at],
  ['discarded_by', ({ discard }) => discard?.onBehalfOf ?? discard?.who],
  ['discard_note', (letter) => letter.discard?.note],
];

/**
 * A spreadsheet takes a text that begins like this for a formula, which can send away what stands beside it (CWE-1236). Some
 * take the full-width signs of East Asia for theirs.
 */
const formula = /^[=+\-@＝＋－＠\t\r\n]/;

function cell(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  const text = formula.test(value.trimStart()) || formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvOf(letters: readonly DeadLetter[]): string {
  const lines = [columns.map(([name]) => name)].concat(
    letters.map((letter) => columns.map(([, of]) => cell(of(letter)))),
  );
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}
