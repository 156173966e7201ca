// GET /api/openapi.json and /api/docs: the API's description, for machines and for people.
import { Hono } from 'hono';
import { z } from 'zod';
import { docsPage } from './docs-page.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { type DescribedRoute, type OpenApiDocument, openApiDocument } from './openapi-document.ts';

/** The same for every request of an isolate: it depends on the code alone. */
let made: OpenApiDocument | null = null;

/** @param routes of the whole API, once it is put together */
export function openApiRoutes(routes: () => readonly DescribedRoute[]) {
  const document = (): OpenApiDocument => (made ??= openApiDocument(routes()));
  return new Hono<ApiEnv>()
    .get(
      '/openapi.json',
      endpoint({
        summary: 'Read this description',
        tag: 'Description',
        answers: {
          200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.string() }) },
        },
        problems: [],
      }),
      (context) =>
        context.body(JSON.stringify(document()), 200, { 'content-type': 'application/json' }),
    )
    .get(
      '/docs',
      endpoint({
        summary: 'Read this description as a page',
        tag: 'Description',
        answers: {
          200: {
            description: 'HTML, without a script.',
            schema: z.string(),
            mediaType: 'text/html',
          },
        },
        problems: [],
      }),
      async (context) => {
        const { page, policy } = await docsPage(document());
        return context.html(page, 200, { 'content-security-policy': policy });
      },
    );
}
