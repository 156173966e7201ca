// The API's description (OpenAPI 3.1), made from what each endpoint says of itself. It decides nothing: a route that
// says nothing is missing here, which a test finds.
import type { Hono } from 'hono';
import type { H } from 'hono/types';
import { findTargetHandler } from 'hono/utils/handler';
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi';
import { permissionFor } from './access/permissions.ts';
import { type Answer, type Operation, operationOf } from './endpoint.ts';
import type { Role } from '../config/access.ts';
import type { ApiEnv } from './env.ts';
import { problemSchema } from './problem.ts';
import { type ProblemReason, problemTypes, problemUrn } from './problem-types.ts';

/** A route with an endpoint: its path as OpenAPI writes it. */
export type DescribedRoute = {
  method: string;
  path: string;
  role: Role | null;
  operation: Operation;
};

export type OpenApiDocument = ReturnType<typeof createDocument>;

const description = `
Every answer is JSON. Every error is a problem document (RFC 9457, \`application/problem+json\`) whose \`type\` is
\`urn:throughline:problem:{reason}\`; \`detail\` says what to do.

Times are RFC 3339: taken with any offset, told in UTC. Durations are milliseconds, in names that end in \`Ms\`. Lists
take \`limit\` and \`cursor\`, and tell \`nextCursor\`, which is null on the last page. A parameter that an endpoint does
not know is refused, as is one that is given twice. A path is case-sensitive; a method that it does not have is answered
with 405 and \`Allow\`.

\`x-role\` of an operation is the least role that may ask for it: viewer, operator, admin, each with what those before
may. \`x-throughline-actor\` names whoever acts behind a shared token; it is written to the audit, and not verified.
`.trim();

/** Reasons that every endpoint can answer with: one without parameters refuses those that it is given. */
const always: readonly ProblemReason[] = [
  'invalid_request',
  'api_closed',
  'token_missing',
  'token_unknown',
  'token_expired',
  'access_malformed',
  'access_algorithm',
  'access_expired',
  'access_not_yet_valid',
  'access_issuer',
  'access_audience',
  'access_signature',
  'access_no_identity',
  'too_many_unknown_tokens',
  'access_unreachable',
  'no_role',
  'role_needed',
  'foreign_origin',
  'configuration_unreachable',
  'internal',
];

/** Every route of an app that has an endpoint. A route without one is left out. */
export function describedRoutes(app: Pick<Hono<ApiEnv>, 'routes'>): DescribedRoute[] {
  return app.routes.flatMap(({ method, path, handler }) => {
    // A middleware can be wrapped where routers are put together.
    const operation = operationOf(findTargetHandler(handler as H));
    if (!operation) return [];
    const role = permissionFor(method, path)?.role ?? null;
    return [
      { method: method.toLowerCase(), path: path.replaceAll(/:(\w+)/g, '{$1}'), role, operation },
    ];
  });
}

/** @param routes see {@link describedRoutes} */
export function openApiDocument(routes: readonly DescribedRoute[]): OpenApiDocument {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationObject(route) };
  }
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Throughline',
        version: '1',
        summary: 'What a database event causes, from the user’s click to the last job.',
        description,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ token: [] }, { access: [] }],
      tags: [...new Set(routes.map(({ operation }) => operation.tag))].map((name) => ({ name })),
      paths,
      components: {
        schemas: { Problem: problemSchema },
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token, for machines.' },
          access: {
            type: 'apiKey',
            in: 'header',
            name: 'cf-access-jwt-assertion',
            description: 'Set by Cloudflare Access, for people, where the API stands behind it.',
          },
        },
      },
    },
    {
      override({ jsonSchema }) {
        // The pattern says the same at great length.
        if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
      },
    },
  );
}

function operationObject({
  method,
  path,
  role,
  operation,
}: DescribedRoute): ZodOpenApiOperationObject {
  const { summary, tag, param, query, json, example } = operation;
  return {
    operationId: operationId(method, path),
    summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: [tag],
    ...(role && { 'x-role': role }),
    requestParams: { ...(param && { path: param }), ...(query && { query }) },
    parameters: [...unmaskParameter(method, role), ...headerParameters(method, operation)],
    ...(json && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: json, ...(example && { example }) } },
      },
    }),
    responses: responses(operation),
  };
}

/** Such as `post-dead-letters-deliveryId-replay`. */
function operationId(method: string, path: string): string {
  const name = path.replace(/^\/api\//, '').replaceAll(/[^A-Za-z0-9]+/g, '-');
  return `${method}-${name.replace(/-$/, '')}`;
}

function header(name: string, text: string, maxLength?: number) {
  return {
    in: 'header' as const,
    name,
    description: text,
    schema: { type: 'string' as const, ...(maxLength === undefined ? {} : { maxLength }) },
  };
}

/** Where answers are masked. */
function unmaskParameter(method: string, role: Role | null) {
  if (method !== 'get' || role !== 'viewer') return [];
  return [
    {
      in: 'query' as const,
      name: 'unmask',
      description: '`true` shows what is masked, to operators; it is written to the audit.',
      schema: { type: 'boolean' as const },
    },
  ];
}

function headerParameters(
  method: string,
  { hasPrecondition }: Operation,
): NonNullable<ZodOpenApiOperationObject['parameters']> {
  return [
    ...(hasPrecondition
      ? [
          header('if-match', 'The ETag of what is replaced, as it was read.'),
          header('if-none-match', '`*`: it must not be there yet.'),
        ]
      : []),
    ...(method === 'get'
      ? []
      : [header('x-throughline-actor', 'In whose name this is done. Not verified.', 200)]),
  ];
}

function responses(operation: Operation): ZodOpenApiResponsesObject {
  const { answers, json, hasPrecondition, problems } = operation;
  const reasons: ProblemReason[] = [
    ...(json ? (['body_too_large', 'unsupported_media_type'] as const) : []),
    ...(hasPrecondition ? (['precondition_failed', 'precondition_required'] as const) : []),
    ...always,
    ...problems,
  ];
  const byStatus = Map.groupBy(new Set(reasons), (reason) => String(problemTypes[reason].status));
  const all: Record<string, ZodOpenApiResponseObject> = {};
  for (const [status, answer] of Object.entries(answers)) all[status] = goodResponse(answer);
  for (const [status, each] of byStatus) all[status] = problemResponse(each);
  return all;
}

function goodResponse({
  description: text,
  schema,
  mediaType = 'application/json',
  headers,
}: Answer) {
  return {
    description: text,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, what]) => [
          name,
          { description: what, schema: { type: 'string' as const } },
        ]),
      ),
    }),
    ...(schema && { content: { [mediaType]: { schema } } }),
  };
}

function problemResponse(reasons: readonly ProblemReason[]) {
  const titles = [...new Set(reasons.map((reason) => problemTypes[reason].title))];
  return {
    description: titles.join('; '),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            {
              type: 'object' as const,
              properties: { type: { enum: reasons.map(problemUrn) } },
            },
          ],
        },
      },
    },
  };
}
