// The API's errors as problem documents (RFC 9457): detailed for what the caller can mend, without any of
// our insides for what the caller cannot.
import type { Context, ErrorHandler, NotFoundHandler } from 'hono';
import { z } from 'zod';
import { StoreUnreachable } from '../store/client.ts';
import { type ProblemReason, problemTypes, problemUrn } from './problem-types.ts';

const invalidPartSchema = z.object({
  in: z.string().meta({ description: '`query`, `param`, `header` or `json`.' }),
  name: z.string().meta({ description: 'Which parameter, or the path in the body.' }),
  message: z.string(),
});

/** What every error of the API looks like. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'A URN; the last part of it names the reason.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What was wrong here, and what to do.' }),
    errors: z
      .array(invalidPartSchema)
      .optional()
      .meta({ description: 'Of an invalid request: all that is wrong with it.' }),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' });

/** One thing to change in a request. */
export type InvalidPart = z.infer<typeof invalidPartSchema>;
type ProblemDocument = z.infer<typeof problemSchema>;

/** Thrown anywhere below a route to answer with a problem document. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly reason: ProblemReason;
  readonly errors: readonly InvalidPart[] | null;
  readonly headers: Record<string, string>;

  /** @param detail what was wrong here, where, and what to do */
  constructor(
    reason: ProblemReason,
    detail: string,
    given: { errors?: readonly InvalidPart[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.reason = reason;
    this.errors = given.errors ?? null;
    this.headers = given.headers ?? {};
  }
}

/** 404 for one thing that happened, or did not. */
export function notFound(what: string): ApiProblem {
  return new ApiProblem(
    'not_found',
    `${what} is not known here. It may not have been recorded yet.`,
  );
}

/** 404 for one thing that admins store, and take away. `list` is where those are that there are. */
export function notStored(what: string, list: string): ApiProblem {
  return new ApiProblem('not_found', `${what} is not stored, or not any more. ${list} lists them.`);
}

/** 400 that lists what is wrong with a request. */
export function invalid(errors: readonly InvalidPart[]): ApiProblem {
  const detail = errors.map((error) => `${error.name}: ${error.message}`).join('; ');
  return new ApiProblem('invalid_request', detail, { errors });
}

/** 503 of what may answer again in a moment. */
export function unreachable(reason: ProblemReason, detail: string): ApiProblem {
  return new ApiProblem(reason, detail, { headers: { 'retry-after': '5' } });
}

/** The one place where an error becomes an answer. */
export function onError(deps: {
  report(message: string, facts: Record<string, unknown>): void;
}): ErrorHandler {
  return (error, context) => {
    if (error instanceof ApiProblem) return answerProblem(context, error);
    const facts = { path: context.req.path, error: error.message };
    if (error instanceof StoreUnreachable) {
      deps.report('The API could not read the observability database.', facts);
      const detail =
        'The observability database is out of reach or too slow. What happens meanwhile waits in the queue and is shown when it is back.';
      return answerProblem(context, unreachable('database_unreachable', detail));
    }
    deps.report('The API failed.', { ...facts, stack: error.stack });
    const detail =
      'Something is wrong inside Throughline. It has been reported in the Worker’s log.';
    return answerProblem(context, new ApiProblem('internal', detail));
  };
}

/** For paths that are no route. */
export const onNotFound: NotFoundHandler = (context) =>
  answerProblem(
    context,
    new ApiProblem(
      'path_unknown',
      `The API has nothing at ${context.req.method} ${context.req.path}.`,
    ),
  );

/** For routes that are asked with a method that they do not have (RFC 9110 §15.5.6). */
export function answerMethodNotAllowed(context: Context, methods: readonly string[]): Response {
  const allow = methods.join(', ');
  return answerProblem(
    context,
    new ApiProblem('method_not_allowed', `${context.req.path} takes ${allow}.`, {
      headers: { allow },
    }),
  );
}

function answerProblem(
  context: Context,
  { reason, message, errors, headers }: ApiProblem,
): Response {
  const { status, title } = problemTypes[reason];
  const problem: ProblemDocument = {
    type: problemUrn(reason),
    title,
    status,
    detail: message,
    ...(errors === null ? {} : { errors: [...errors] }),
  };
  return context.json(problem, status, {
    ...headers,
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
  });
}
