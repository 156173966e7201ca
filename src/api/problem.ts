// The API's errors as problem documents (RFC 9457): detailed for what the caller can mend, without any of
// our insides for what the caller cannot.
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { StoreUnreachable } from '../store/client.ts';
import type { ApiDeps } from './deps.ts';

/** One thing to change in a request. */
export type InvalidPart = { in: string; name: string; message: string };

type ProblemDocument = {
  type: string;
  title: string;
  status: ContentfulStatusCode;
  detail: string;
  errors?: readonly InvalidPart[];
};

/** Thrown anywhere below a route to answer with a problem document. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: ProblemDocument;
  readonly headers: Record<string, string>;

  constructor(
    reason: string,
    given: Omit<ProblemDocument, 'type'>,
    headers: Record<string, string> = {},
  ) {
    super(given.detail);
    this.problem = { type: `urn:throughline:problem:${reason}`, ...given };
    this.headers = headers;
  }
}

/** 404 for one thing that is not there. */
export function notFound(what: string): ApiProblem {
  return new ApiProblem('not_found', {
    title: 'Not found',
    status: 404,
    detail: `${what} is not known here. It may not have been recorded yet.`,
  });
}

/** 400 that lists what is wrong with a request. */
export function invalid(errors: readonly InvalidPart[]): ApiProblem {
  return new ApiProblem('invalid_request', {
    title: 'Invalid request',
    status: 400,
    detail: errors.map((error) => `${error.name}: ${error.message}`).join('; '),
    errors,
  });
}

/** For zValidator: turns what zod found into one 400. */
export function refuseInvalid(
  result: { success: true } | { success: false; error: z.core.$ZodError; target: string },
): void {
  if (result.success) return;
  throw invalid(
    result.error.issues.map((issue) => ({
      in: result.target,
      name: issue.path.join('.') || result.target,
      message: issue.message,
    })),
  );
}

/** The one place where an error becomes an answer. */
export function onError(deps: ApiDeps): ErrorHandler {
  return (error, context) => {
    if (error instanceof ApiProblem) return answer(context, error.problem, error.headers);
    if (error instanceof HTTPException) {
      return answer(context, {
        type: 'urn:throughline:problem:invalid_request',
        title: 'Invalid request',
        status: error.status,
        detail: error.message,
      });
    }
    const facts = { path: context.req.path, error: error.message };
    if (error instanceof StoreUnreachable) {
      deps.report('The API could not read the observability database.', facts);
      return answer(
        context,
        {
          type: 'urn:throughline:problem:database_unreachable',
          title: 'Database out of reach',
          status: 503,
          detail:
            'The observability database is out of reach or too slow. What happens meanwhile waits in the queue and is shown when it is back.',
        },
        { 'retry-after': '5' },
      );
    }
    deps.report('The API failed.', { ...facts, stack: error.stack });
    return answer(context, {
      type: 'urn:throughline:problem:internal',
      title: 'Internal error',
      status: 500,
      detail: 'Something is wrong inside Throughline. It has been reported in the Worker’s log.',
    });
  };
}

/** For paths that are no route. */
export const onNotFound: NotFoundHandler = (context) =>
  answer(context, {
    type: 'urn:throughline:problem:path_unknown',
    title: 'No such path',
    status: 404,
    detail: `The API has nothing at ${context.req.method} ${context.req.path}.`,
  });

function answer(
  context: Context,
  problem: ProblemDocument,
  headers: Record<string, string> = {},
): Response {
  return context.json(problem, problem.status, {
    ...headers,
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
  });
}
