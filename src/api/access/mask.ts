// Masks what an answer shows: e-mail addresses wherever they stand, and the values of configured columns. Equal values
// get equal marks, which nobody without the key can work back. It does not decide who sees what.
import type { Masking } from '../../config/access.ts';
import { toHex } from '../../correlation/sha256.ts';
import { hmacSha256 } from '../../events/signatures/hmac.ts';

/** Bounded parts, so that a long text costs no more than its length; `%40` is an `@` in a URL. */
const emailForm =
  /([\p{L}\p{N}._+'-])[\p{L}\p{N}._+'-]{0,63}(@|%40)((?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}\p{N}-]{2,63})/gu;
/** Members whose value is a row: its own members are columns. */
const rowMembers = new Set(['old', 'new', 'oldRow', 'newRow']);
/** What is nested deeper is left out as a whole. */
const deepest = 200;
const markDigits = 8;

/** The mark's digits for a text; two passes ask it: the first to collect, the second to replace. */
type Digits = (text: string) => string;
type Table = { schema: string; name: string } | null;
type Walk = { masking: Masking; columns: ReadonlySet<string>; digits: Digits };

/**
 * The same JSON with marks in the place of what is masked: `d***3f9a2c1b@acme.io`, `masked:3f9a2c1b`. Null stays null.
 * @param maskKey base64; null: marks without digits, which do not tell equal values from others
 */
export async function maskJson(
  value: unknown,
  masking: Masking,
  maskKey: string | null,
): Promise<unknown> {
  const walk = { masking, columns: new Set(masking.columns) };
  if (maskKey === null) return maskAt(value, { ...walk, digits: () => '' }, null, 0);
  const texts = new Set<string>();
  const collect: Digits = (text) => {
    texts.add(text);
    return '';
  };
  maskAt(value, { ...walk, digits: collect }, null, 0);
  const key = Uint8Array.from(atob(maskKey), (character) => character.charCodeAt(0));
  const encoder = new TextEncoder();
  const marks = new Map(
    await Promise.all(
      [...texts].map(async (text): Promise<[string, string]> => {
        const mac = await hmacSha256(key, [encoder.encode(text)]);
        return [text, toHex(mac).slice(0, markDigits)];
      }),
    ),
  );
  return maskAt(value, { ...walk, digits: (text) => marks.get(text) ?? '' }, null, 0);
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
  const masked = JSON.stringify(await maskJson(JSON.parse(text), masking, maskKey));
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
  if (Array.isArray(value)) return value.map((item) => maskAt(item, walk, table, depth + 1));
  const own = Object.entries(value);
  const members = new Map<string, unknown>(own);
  const here = tableIn(members) ?? table;
  const column = members.get('column');
  if (typeof column === 'string' && members.has('old') && members.has('new')) {
    const isMasked = isMaskedColumn(column, here, walk);
    return rebuilt(own, (name, member) =>
      isMasked && rowMembers.has(name)
        ? maskValue(member, walk)
        : maskAt(member, walk, here, depth + 1),
    );
  }
  return rebuilt(own, (name, member) =>
    rowMembers.has(name) && isObject(member)
      ? maskRow(member, walk, here, depth + 1)
      : maskAt(member, walk, here, depth + 1),
  );
}

function maskRow(row: object, walk: Walk, table: Table, depth: number): unknown {
  return rebuilt(Object.entries(row), (column, value) =>
    isMaskedColumn(column, table, walk)
      ? maskValue(value, walk)
      : maskAt(value, walk, table, depth + 1),
  );
}

/** By definition of members: `__proto__` is one like any other. */
function rebuilt(
  members: readonly [string, unknown][],
  change: (name: string, member: unknown) => unknown,
): unknown {
  return Object.fromEntries(members.map(([name, member]) => [name, change(name, member)]));
}

/** The table that an object of an answer speaks of, as the views name it. */
function tableIn(members: ReadonlyMap<string, unknown>): Table {
  const table = members.get('table');
  if (isObject(table)) {
    const [schema, name] = [Reflect.get(table, 'schema'), Reflect.get(table, 'name')];
    if (typeof schema === 'string' && typeof name === 'string') return { schema, name };
  }
  const row = members.get('row');
  if (isObject(row)) {
    const [schema, name] = [Reflect.get(row, 'schema'), Reflect.get(row, 'table')];
    if (typeof schema === 'string' && typeof name === 'string') return { schema, name };
  }
  return null;
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

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
