// Requests that nobody polite sends, for every operation of an OpenAPI document: each parameter and the body in turn,
// with the rest as it should be, so that what is odd comes as far as it can. Pure; it sends nothing.
import fc from 'fast-check';
import { z } from 'zod';

const parameterSchema = z.object({
  in: z.enum(['path', 'query', 'header']),
  name: z.string(),
  required: z.boolean().default(false),
  schema: z.looseObject({}).default({}),
  example: z.unknown().optional(),
});
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z.array(parameterSchema).default([]),
        requestBody: z
          .object({
            content: z.record(
              z.string(),
              z.object({ schema: z.looseObject({}), example: z.unknown().optional() }),
            ),
          })
          .optional(),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }),
});

type Schema = Record<string, unknown>;
type Parameter = z.infer<typeof parameterSchema>;
type Body = { schema: Schema; example: unknown };
export type OddOperation = {
  method: string;
  /** With placeholders in braces. */
  path: string;
  parameters: Parameter[];
  body: Body | null;
  schemas: Record<string, Schema>;
};
export type OddRequest = {
  /** What is odd about it: which part, and its value. */
  what: string;
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | null;
};

const long = 'x'.repeat(10_000);
const texts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\u{d800}',
  'x\u{dfff}y',
  '\u{feff}',
  '\u{202e}📦é',
  long,
  "' or '1'='1",
  "'; drop table events; --",
  '"quoted"',
  '\\',
  '%',
  '_',
  '%s %n',
  '../../../etc',
  '0',
  '-0',
  '-1',
  '1e400',
  '1e21',
  '99999999999999999999',
  '-9223372036854775809',
  '2147483648',
  '0.1',
  'NaN',
  'Infinity',
  '0x10',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '[object Object]',
  '__proto__',
  'constructor',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '0000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
  '2026-11-24T24:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-11-24T12:00:00+23:59',
  '{"a":[',
];
/** As they stand in a URL. */
const rawTexts = [
  '%00',
  'a%00b',
  '%',
  '%2',
  '%zz',
  '%E0%A4%A',
  '%ED%A0%80',
  '%C0%80',
  '%FF%FE',
  '%2F',
  '%2e%2e',
  '%252e',
  '+',
  '%0D%0A',
];
const values: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.1,
  1e308,
  -1e308,
  2 ** 53,
  [],
  [null],
  [[]],
  {},
  { length: 3 },
  ...texts,
];
/** For headers, of which few are read, and for members of members. */
const fewTexts = ['', '\0', '\u{d800}', long, "' or '1'='1", '-1', '[]', '__proto__'];
const fewValues: unknown[] = [null, true, -1, 1e308, [null], { length: 3 }, ...fewTexts];
const nested = (open: string, depth: number, close: string): string =>
  open.repeat(depth) + close.repeat(depth);
const rawBodies = [
  '',
  ' ',
  '{',
  '}',
  'nul',
  '{"a":}',
  '\u{feff}{}',
  '"\\ud800"',
  '{"\\u0000":1}',
  '{"__proto__":{"a":1}}',
  '{"a":1e400}',
  nested('[', 50_000, ']'),
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  '['.repeat(50_000),
];

/** @param document as `/api/openapi.json` gives it */
export function operationsOf(document: unknown): OddOperation[] {
  const { paths, components } = documentSchema.parse(document);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody }]) => {
      const json = requestBody?.content['application/json'];
      return {
        method: method.toUpperCase(),
        path,
        parameters,
        body: json ? { schema: json.schema, example: json.example } : null,
        schemas: components.schemas,
      };
    }),
  );
}

/** The fixed list: every odd value for every parameter, for the body, and for each of its members. */
export function* fixedRequests(operation: OddOperation): Generator<OddRequest> {
  for (const { in: place, name } of operation.parameters) {
    const those = place === 'header' || name === 'unmask' ? fewTexts : texts;
    for (const text of those) yield request(operation, { place, name, text });
    if (place === 'header' || name === 'unmask') continue;
    for (const raw of rawTexts) yield request(operation, { place, name, raw });
  }
  for (const raw of [
    'unknown=1',
    '__proto__=1',
    '=',
    '&&&',
    '%00=%00',
    '%',
    'a[]=1',
    `q=${long}`,
  ]) {
    yield request(operation, { place: 'query', raw });
  }
  for (const { in: place, name } of operation.parameters) {
    if (place === 'query') yield request(operation, { place, raw: `${name}=1&${name}=2` });
  }
  if (!operation.body) return;
  for (const text of rawBodies) yield request(operation, { place: 'body', text });
  for (const value of values) yield request(operation, { place: 'body', text: textOf(value) });
  for (const at of placesIn(operation.body.example)) {
    for (const value of at.length > 1 ? fewValues : values) {
      const body = replaced(operation.body.example, at, value);
      yield request(operation, { place: 'body', name: at.join('.'), text: textOf(body) });
    }
  }
}

/**
 * Drawn from the schemas: what they take, near misses, and anything.
 * @param known ids of what is there, so that something is found
 */
export function drawnRequest(
  operation: OddOperation,
  known: readonly string[],
): fc.Arbitrary<OddRequest> {
  const parts = operation.parameters.map((parameter) =>
    fc
      .oneof(
        { weight: 3, arbitrary: drawn(parameter.schema, operation.schemas) },
        { weight: known.length === 0 ? 0 : 2, arbitrary: fc.constantFrom('', ...known) },
        { weight: 1, arbitrary: fc.constantFrom(...texts) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
      )
      .map((value): [string, string] => [
        keyOf(parameter),
        typeof value === 'string' ? value : textOf(value),
      ]),
  );
  const body = operation.body
    ? fc.oneof(
        { weight: 4, arbitrary: drawn(operation.body.schema, operation.schemas).map(textOf) },
        { weight: 1, arbitrary: fc.json({ noUnicodeString: false }) },
      )
    : fc.constant(null);
  // Half of the optional parameters are left out, so that they are not refused for one another.
  const leftOut = fc.array(fc.boolean(), {
    minLength: parts.length,
    maxLength: parts.length,
  });
  return fc.tuple(fc.tuple(...parts), leftOut, body).map(([given, without, text]) => {
    const kept = given.filter(
      (_one, index) => without[index] !== true || operation.parameters[index]?.required === true,
    );
    return build(operation, new Map(kept), { what: 'drawn', body: text });
  });
}

/** What a schema takes, and a little beyond. Shapes that it does not know become anything. */
function drawn(schema: Schema, schemas: Record<string, Schema>, depth = 0): fc.Arbitrary<unknown> {
  const of = (inner: unknown): fc.Arbitrary<unknown> => drawn(inner as Schema, schemas, depth + 1);
  const anything = fc.constantFrom(...values);
  const {
    $ref,
    anyOf,
    oneOf,
    allOf,
    enum: members,
    const: only,
    type,
  } = schema as {
    $ref?: string;
    anyOf?: Schema[];
    oneOf?: Schema[];
    allOf?: Schema[];
    enum?: unknown[];
    const?: unknown;
    type?: string;
  };
  if (depth > 8) return anything;
  if ($ref !== undefined) return of(schemas[$ref.split('/').at(-1) ?? ''] ?? {});
  if (members) return fc.constantFrom(...members);
  if (only !== undefined) return fc.constant(only);
  const choices = anyOf ?? oneOf ?? (allOf?.length === 1 ? allOf : undefined);
  if (choices) return fc.oneof(...choices.map(of));
  const { minimum = -(2 ** 53), maximum = 2 ** 53 } = schema as {
    minimum?: number;
    maximum?: number;
  };
  if (type === 'integer')
    return fc.maxSafeInteger().map((n) => (n % 7 === 0 ? n : within(n, minimum, maximum)));
  if (type === 'number') return fc.oneof(fc.constantFrom(minimum, maximum), fc.double());
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  if (type === 'string') return drawnText(schema);
  if (type === 'array') return fc.array(of(schema['items'] ?? {}), { maxLength: 4 });
  if (type === 'object') return drawnObject(schema, of);
  return anything;
}

const within = (n: number, minimum: number, maximum: number): number =>
  minimum + (Math.abs(n) % Math.max(1, Math.min(2 ** 53, maximum - minimum + 1)));

function drawnText({
  format,
  pattern,
}: {
  format?: string;
  pattern?: string;
}): fc.Arbitrary<unknown> {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') {
    return fc
      .date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  if (format === 'uri') return fc.webUrl({ withQueryParameters: true });
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern, 'u'));
  return fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constantFrom(...texts));
}

function drawnObject(
  schema: Schema,
  of: (inner: unknown) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, Schema>;
    required?: string[];
    additionalProperties?: unknown;
  };
  const members = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)])),
    { requiredKeys: required.filter((name) => name in properties) },
  );
  if (typeof additionalProperties !== 'object' || additionalProperties === null) return members;
  const names = fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), fc.string({ maxLength: 8 }));
  const others = fc.dictionary(names, of(additionalProperties), { maxKeys: 3 });
  return fc.tuple(others, members).map(([more, named]) => ({ ...more, ...named }));
}

type Odd = {
  place: 'path' | 'query' | 'header' | 'body';
  name?: string;
  text?: string;
  /** As it stands in the URL; without a name, the whole query. */
  raw?: string;
};

function request(operation: OddOperation, { place, name, text, raw }: Odd): OddRequest {
  const given = new Map<string, string>();
  for (const parameter of operation.parameters) {
    if (parameter.required) given.set(keyOf(parameter), exampleOf(parameter));
  }
  if (name !== undefined && text !== undefined) given.set(`${place} ${name}`, text);
  const value = JSON.stringify(text ?? raw ?? '').slice(0, 80);
  return build(operation, given, {
    what: `${place} ${name ?? ''} ${value}`,
    ...(place === 'body' && { body: text ?? '' }),
    ...(place !== 'body' && raw !== undefined && { raw: { place, name, text: raw } }),
  });
}

function build(
  { method, path, parameters, body }: OddOperation,
  given: ReadonlyMap<string, string>,
  odd: {
    what: string;
    body?: string | null;
    raw?: { place: string; name: string | undefined; text: string };
  },
): OddRequest {
  const { raw } = odd;
  const rawOf = (place: string, name: string): string | null =>
    raw?.place === place && raw.name === name ? raw.text : null;
  let url = path;
  const query: string[] = raw?.place === 'query' && raw.name === undefined ? [raw.text] : [];
  const headers: Record<string, string> = {};
  for (const parameter of parameters) {
    const { in: place, name } = parameter;
    const text = given.get(keyOf(parameter));
    const inUrl = rawOf(place, name) ?? (text === undefined ? null : encoded(text));
    if (place === 'path') url = url.replace(`{${name}}`, () => inUrl ?? '');
    else if (place === 'query' && inUrl !== null) query.push(`${name}=${inUrl}`);
    else if (place === 'header' && text !== undefined) headers[name] = asHeader(text);
  }
  const text = body && (odd.body ?? textOf(body.example));
  if (text !== null) headers['content-type'] = 'application/json';
  return {
    what: odd.what,
    method,
    url: query.length === 0 ? url : `${url}?${query.join('&')}`,
    headers,
    body: text,
  };
}

const keyOf = ({ in: place, name }: Pick<Parameter, 'in' | 'name'>): string => `${place} ${name}`;

function exampleOf({ example, schema }: Parameter): string {
  const given = example ?? schema['example'] ?? (schema['examples'] as unknown[] | undefined)?.[0];
  return typeof given === 'string' ? given : textOf(given ?? '1');
}

/** Halves of surrogate pairs as UTF-8 would write them, which encodeURIComponent refuses to. */
function encoded(text: string): string {
  return [...text]
    .map((character) => {
      if (character.isWellFormed()) return encodeURIComponent(character);
      const code = character.charCodeAt(0);
      const bytes = [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
      return bytes.map((byte) => `%${byte.toString(16)}`).join('');
    })
    .join('');
}

/** No client sends others (RFC 9110 §5.5). */
const asHeader = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');

/** undefined cannot be said in JSON. */
const textOf = (value: unknown): string => JSON.stringify(value) ?? 'null';

type Place = (string | number)[];

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...placesIn(inner).map((place) => [name, ...place]),
  ]);
}

function replaced(whole: unknown, [first, ...rest]: Place, value: unknown): unknown {
  if (first === undefined) return value;
  const copy = structuredClone(whole) as Record<string | number, unknown>;
  copy[first] = replaced(copy[first], rest, value);
  return copy;
}
