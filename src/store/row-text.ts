// Reads how people name a row: `orders#42`, `orders 42`, `public.orders#42`, `shop/public/orders/42`. Pure.
import type { RowAsked } from './row-places.ts';

/** @returns null where it is none of these */
export function readRowText(text: string): RowAsked | null {
  const trimmed = text.trim();
  const whole = /^([^/\s]+)\/([^/\s]+)\/([^/\s]+)\/(.+)$/s.exec(trimmed);
  if (whole) {
    const [, source = '', schema = '', table = '', key = ''] = whole;
    return { source, schema, table, key };
  }
  const short = /^(?:([^\s#./]+)\.)?([^\s#./]+)(?:\s*#\s*|\s+)(\S.*)$/s.exec(trimmed);
  if (!short) return null;
  const [, schema = null, table = '', key = ''] = short;
  return { source: null, schema, table, key };
}

/**
 * The names that the table of a row can have where somebody has said `table`, what was said first: people speak of
 * "order 42", and the table is called `orders`.
 */
export function tableSpellings(table: string): string[] {
  const lower = table.toLowerCase();
  const plural = /[^aeiou]y$/.test(lower)
    ? `${lower.slice(0, -1)}ies`
    : `${lower}${/(?:s|x|z|ch|sh)$/.test(lower) ? 'es' : 's'}`;
  return [...new Set([table, lower, plural])];
}
