// The API's description as a page: made from the document, without a script, a font or anything from elsewhere, so
// that the strictest policy can stand over it.
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { z } from 'zod';
import { sha256 } from '../correlation/sha256.ts';
import { docsStyle } from './docs-style.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import { schemaOutline } from './schema-outline.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;
const contentSchema = z.object({
  content: z
    .record(z.string(), z.object({ schema: z.looseObject({}), example: z.unknown().optional() }))
    .optional(),
});
/** What the page shows of a document; the rest is in the document. */
const shownSchema = z.object({
  info: z.object({ title: z.string(), summary: z.string(), description: z.string() }),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        summary: z.string(),
        description: z.string().optional(),
        tags: z.tuple([z.string()]),
        'x-role': z.string(),
        parameters: z
          .array(
            z.object({
              name: z.string(),
              in: z.string(),
              required: z.boolean().optional(),
              description: z.string().optional(),
              schema: z.looseObject({ example: z.union([z.string(), z.number()]).optional() }),
            }),
          )
          .default([]),
        requestBody: contentSchema.optional(),
        responses: z.record(z.string(), contentSchema.extend({ description: z.string() })),
      }),
    ),
  ),
  components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }),
});
const problemsSchema = z.object({
  allOf: z.tuple([
    z.looseObject({}),
    z.object({ properties: z.object({ type: z.object({ enum: z.array(z.string()) }) }) }),
  ]),
});
type Content = z.infer<typeof contentSchema>;
type Shown = z.infer<typeof shownSchema>;
type Operation = Shown['paths'][string][string];
type Entry = { method: string; path: string; operation: Operation };

/** @returns HTML, and the Content-Security-Policy that lets it have its own style and nothing else */
export async function docsPage(
  document: OpenApiDocument,
): Promise<{ page: string; policy: string }> {
  const hash = btoa(String.fromCharCode(...(await sha256(docsStyle))));
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const { info, components, paths } = shownSchema.parse(document);
  const entries = entriesOf(paths);
  const tags = [...Map.groupBy(entries, ({ operation }) => operation.tags[0])];
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API</title>
        ${styleElement()}
      </head>
      <body>
        <nav aria-label="Resources">
          <a class="home" href="#top">${info.title} API</a>
          ${tags.map(([tag]) => html`<a href="#${anchor(tag)}">${tag}</a>`)}
          <a href="#schemas">Schemas</a>
          <a href="openapi.json">openapi.json</a>
        </nav>
        <main id="top">
          <h1>${info.title} API</h1>
          <p>${info.summary}</p>
          ${paragraphs(info.description)}
          ${tags.map(
            ([tag, operations]) =>
              html`<section id="${anchor(tag)}">
                <h2>${tag}</h2>
                ${operations.map(operationPart)}
              </section>`,
          )}
          <section id="schemas">
            <h2>Schemas</h2>
            ${Object.entries(components.schemas).map(
              ([name, schema]) =>
                html`<article id="schema-${name}">
                  <h3>${name}</h3>
                  <pre>${schemaOutline(schema)}</pre>
                </article>`,
            )}
          </section>
        </main>
      </body>
    </html>`;
  return { page: String(page), policy };
}

function entriesOf(paths: Shown['paths']): Entry[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

function operationPart({ method, path, operation }: Entry): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return html`<details id="${operationId}">
    <summary>
      <span class="method">${method}</span> <code>${path}</code> <span>${summary}</span>
    </summary>
    <p>
      <span class="role">${operation['x-role']}</span> ${description ? inline(description) : ''}
    </p>
    ${
      parameters.length === 0
        ? ''
        : html`<h4>Parameters</h4>
            <dl>
              ${parameters.map(
                ({ name, in: where, required, schema, description: text }) =>
                  html`<dt>
                      <code>${name}</code> <small>${where}${required ? ', required' : ''}</small>
                    </dt>
                    <dd>
                      <code>${schemaOutline(schema)}</code
                      >${text ? html`<br />${inline(text)}` : ''}
                    </dd>`,
              )}
            </dl>`
    }
    ${contents(requestBody).map(
      ({ type, schema }) =>
        html`<h4>Body <small>${type}</small></h4>
          <pre>${schemaOutline(schema)}</pre>`,
    )}
    <h4>Answers</h4>
    <dl>
      ${Object.entries(responses).map(
        ([status, response]) =>
          html`<dt><code>${status}</code> ${inline(response.description)}</dt>
            ${contents(response).map(
              ({ type, schema }) =>
                html`<dd>
                  ${type === 'application/json' ? '' : html`<small>${type}</small>`}
                  <pre>
${type === 'application/problem+json' ? problemTypes(schema) : schemaOutline(schema)}</pre>
                </dd>`,
            )}`,
      )}
    </dl>
    <h4>Example</h4>
    <pre>${curlOf(method, path, operation)}</pre>
  </details>`;
}

function contents(of: Content | undefined): { type: string; schema: object; example: unknown }[] {
  return Object.entries(of?.content ?? {}).map(([type, { schema, example }]) => ({
    type,
    schema,
    example,
  }));
}

/** Which problems: that they are problem documents is said once. */
function problemTypes(schema: object): Html {
  const [, named] = problemsSchema.parse(schema).allOf;
  return html`${named.properties.type.enum.join('\n')}`;
}

function curlOf(method: string, path: string, operation: Operation): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const parameter = operation.parameters.find((one) => one.name === name);
    const { example } = parameter?.schema ?? {};
    return example === undefined ? whole : encodeURIComponent(example);
  });
  const body = contents(operation.requestBody)[0];
  return [
    `curl${method === 'GET' ? '' : ` -X ${method}`} "$THROUGHLINE${filled}"`,
    '-H "authorization: Bearer $TOKEN"',
    ...(operation.parameters.some(({ name }) => name === 'if-match')
      ? [`-H 'if-match: "the ETag that was read"'`]
      : []),
    ...(body
      ? [
          `-H 'content-type: application/json'`,
          `-d '${JSON.stringify(body.example ?? {}).replaceAll("'", `'\\''`)}'`,
        ]
      : []),
  ].join(' \\\n  ');
}

function paragraphs(text: string): Html[] {
  return text.split('\n\n').map((paragraph) => html`<p>${inline(paragraph)}</p>`);
}

/** Of Markdown only `code`. */
function inline(text: string): Html[] {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function styleElement(): Html {
  return html`${raw(`<style>${docsStyle}</style>`)}`;
}

function anchor(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}
