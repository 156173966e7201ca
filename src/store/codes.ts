// The letters that the tables have for the words of a closed list, and the SQL that turns them back.
import type { NamedBy } from '../correlation/named-by.ts';
import type { AttemptFacts, EventFacts } from './record.ts';

export const kindCodes = { hasura: 'h', webhook: 'w' } satisfies Record<EventFacts['kind'], string>;

export const opCodes = {
  INSERT: 'I',
  UPDATE: 'U',
  DELETE: 'D',
  MANUAL: 'M',
} satisfies Record<NonNullable<EventFacts['op']>, string>;

export const namedByCodes = {
  user: 'p',
  declared: 's',
  hop: 'h',
  carried: 'c',
  unattributed: 'n',
  legacy: 'l',
  unknown: 'u',
} satisfies Record<NamedBy, string>;

export const outcomeCodes = {
  running: 'r',
  delivered: 'd',
  failed: 'f',
  unreachable: 'u',
  timed_out: 't',
  cancelled: 'c',
} satisfies Record<AttemptFacts['outcome'], string>;

export const evidenceCodes = { certain: 'c', weak: 'w', pending: 'p' } as const;

export const ruleCodes = {
  session: 's',
  value: 'v',
  same_or_late_id: 'i',
  same_transaction: 't',
  same_trace_context: 'x',
  row_and_time: 'r',
} as const;

/** SQL: the word for the letter in `column`; null stays null. */
export function wordOf(column: string, codes: Readonly<Record<string, string>>): string {
  const cases = Object.entries(codes).map(([word, code]) => `when '${code}' then '${word}'`);
  return `case ${column} ${cases.join(' ')} end`;
}
