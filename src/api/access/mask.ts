// Masks what an answer shows: e-mail addresses wherever they stand, and the values of configured columns. Equal values
// get equal marks, which nobody without the key can work back. It does not decide who sees what.
import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import type { Masking } from '../../config/access.ts';

/** Bounded parts, so that a long text costs no more than its length; `%40` is an `@` in a URL. */
const emailForm =
  /([\p{L}\p{N}._+'-])[\p{L}\p{N}._+'-]{0,63}(@|%40)((?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}\p{N}-]{2,63})/gu;
/** Members whose value is a row: its own members are columns. */
const rowMembers = new Set(['old', 'new', 'oldRow', 'newRow']);
/** What is nested deeper is left out as a whole. */
const deepest = 200;
const markDigits = 8;

/** The mark's digits for a text. */
type Digits = (text: string) => string;
type Row = Record<string, unknown>;
type Table = { schema: string; name: string } | null;
type Walk = { masking: Masking; columns: ReadonlySet<string>; digits: Digits };

/**
 * The same JSON with marks in the place of what is masked: `d***3f9a2c1b@acme.io`, `masked:3f9a2c1b`. Null stays null. What
 * nothing is masked in is handed on as it is.
 * @param maskKey base64; null: marks without digits, which do not tell equal values from others
 */
export function maskJson(value: unknown, masking: Masking, maskKey: string | null): unknown {
  const walk = { masking, columns: new Set(masking.columns), digits: digitsBy(maskKey) };
  return maskAt(value, walk, null, 0);
}

/** Made while walking, and so without a promise, each once. */
function digitsBy(maskKey: string | null): Digits {
  if (maskKey === null) return () => '';
  const key = Buffer.from(maskKey, 'base64');
  const marks = new Map<string, string>();
  return (text) => {
    let digits = marks.get(text);
    if (digits === undefined) {
      digits = createHmac('sha256', key).update(text).digest('hex').slice(0, markDigits);
      marks.set(text, digits);
    }
    return digits;
  };
}

/** A JSON answer, masked; any other as it is. */
export async function maskResponse(
  response: Response,
  masking: Masking,
  maskKey: string | null,
): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^application\/(?:[a-z.-]+\+)?json\b/i.test(type)) return response;
  const text = await response.text();
  if (text === '') return new Response(null, response);
  const masked = JSON.stringify(maskJson(JSON.parse(text), masking, maskKey));
  return forNobodyToKeep(new Response(masked, response));
}

/** Who may see more gets other bytes under the same address. */
export function forNobodyToKeep(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.delete('etag');
  headers.delete('content-length');
  headers.set('cache-control', 'no-store');
  return new Response(response.body, { status: response.status, headers });
}

function maskAt(value: unknown, walk: Walk, table: Table, depth: number): unknown {
  if (typeof value === 'string') return walk.masking.emails ? maskEmails(value, walk) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return 'masked';
  if (!isObject(value)) return maskItems(value, walk, table, depth + 1);
  const here = tableIn(value) ?? table;
  const column = memberOf(value, 'column');
  if (typeof column === 'string' && Object.hasOwn(value, 'old') && Object.hasOwn(value, 'new')) {
    const isMasked = isMaskedColumn(column, here, walk);
    return changed(value, (name, member) =>
      isMasked && rowMembers.has(name)
        ? maskValue(member, walk)
        : maskAt(member, walk, here, depth + 1),
    );
  }
  return changed(value, (name, member) =>
    isObject(member) && rowMembers.has(name)
      ? maskRow(member, walk, here, depth + 1)
      : maskAt(member, walk, here, depth + 1),
  );
}

function maskItems(items: object, walk: Walk, table: Table, depth: number): unknown {
  if (!Array.isArray(items)) return items;
  const masked = items.map((item) => maskAt(item, walk, table, depth));
  return masked.some((item, index) => item !== items[index]) ? masked : items;
}

function maskRow(row: Row, walk: Walk, table: Table, depth: number): unknown {
  return changed(row, (column, value) =>
    isMaskedColumn(column, table, walk)
      ? maskValue(value, walk)
      : maskAt(value, walk, table, depth + 1),
  );
}

/** Itself where no member changes: most of a large answer. `__proto__` is a member like any other: the copy has it. */
function changed(object: Row, change: (name: string, member: unknown) => unknown): Row {
  let copy: Row | null = null;
  for (const name of Object.keys(object)) {
    const member = object[name];
    const masked = change(name, member);
    if (masked === member) continue;
    copy ??= { ...object };
    copy[name] = masked;
  }
  return copy ?? object;
}

/** The table that an object of an answer speaks of, as the views name it. */
function tableIn(object: Row): Table {
  const table = memberOf(object, 'table');
  if (isObject(table)) {
    const [schema, name] = [memberOf(table, 'schema'), memberOf(table, 'name')];
    if (typeof schema === 'string' && typeof name === 'string') return { schema, name };
  }
  const row = memberOf(object, 'row');
  if (isObject(row)) {
    const [schema, name] = [memberOf(row, 'schema'), memberOf(row, 'table')];
    if (typeof schema === 'string' && typeof name === 'string') return { schema, name };
  }
  return null;
}

/** What an object has of its own under a name. */
function memberOf(object: Row, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Where the table is not known, every entry counts that ends in this column: rather too much than too little. */
function isMaskedColumn(column: string, table: Table, { columns }: Walk): boolean {
  if (columns.size === 0) return false;
  if (table) {
    return (
      columns.has(column) ||
      columns.has(`${table.name}.${column}`) ||
      columns.has(`${table.schema}.${table.name}.${column}`)
    );
  }
  return [...columns].some((entry) => entry === column || entry.endsWith(`.${column}`));
}

function maskValue(value: unknown, { digits }: Walk): unknown {
  if (value === null || value === undefined) return value;
  const own = digits(typeof value === 'string' ? value : JSON.stringify(value));
  return own === '' ? 'masked' : `masked:${own}`;
}

function maskEmails(text: string, { digits }: Walk): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  return text.replace(
    emailForm,
    (email: string, first: string, at: string, domain: string) =>
      `${first}***${digits(email.toLowerCase().replace('%40', '@'))}${at}${domain}`,
  );
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
