// A JSON schema as a few lines that a person can read. What the document says in full is left to the document.
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  description?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema | boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
};

const limits = ['minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern'];

/** As HTML, for a `<pre>`; names of other schemas are links to `#schema-{name}`. */
export function schemaOutline(schema: object, indent = ''): Html {
  return html`${shape(schema, indent)}${notes(schema)}`;
}

function shape(schema: Schema, indent: string): Html | string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  // Beside members it says which of them go together.
  const alternatives = schema.anyOf ?? (schema.properties ? undefined : schema.oneOf);
  if (alternatives) return joined(alternatives, ' | ', indent);
  if (schema.allOf) return joined(schema.allOf, ' & ', indent);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.type === 'array') {
    const { items } = schema;
    return html`[ ${typeof items === 'object' ? schemaOutline(items, indent) : 'anything'}, … ]`;
  }
  if (schema.type === 'object') return objectShape(schema, indent);
  return [schema.type ?? 'anything'].flat().join(' | ');
}

function objectShape(schema: Schema, indent: string): Html | string {
  const { properties = {}, required = [], additionalProperties: others } = schema;
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(
    ([name, member]) =>
      html`${inner}${name}${required.includes(name) ? '' : '?'}: ${schemaOutline(member, inner)} `,
  );
  if (typeof others === 'object') {
    lines.push(html`${inner}[name]: ${schemaOutline(others, inner)} `);
  } else if (others === true) {
    lines.push(html`${inner}… `);
  }
  return lines.length === 0 ? '{}' : html`{ ${lines}${indent}}`;
}

function joined(schemas: readonly Schema[], between: string, indent: string): Html {
  return html`${schemas.map((one, index) => html`${index === 0 ? '' : between}${schemaOutline(one, indent)}`)}`;
}

function notes(schema: Schema): Html | string {
  const either = schema.properties ? (schema.oneOf ?? []) : [];
  const said = [
    ...(either.length === 0
      ? []
      : [`either ${either.map(({ required = [] }) => required.join(' and ')).join(' or ')}`]),
    ...(schema.format === undefined ? [] : [schema.format]),
    ...limits
      .filter((name) => Object.hasOwn(schema, name))
      .map((name) => `${name} ${String(Reflect.get(schema, name))}`),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
    ...(schema.description === undefined ? [] : [schema.description]),
  ];
  return said.length === 0 ? '' : html` <i>${said.join(', ')}</i>`;
}
