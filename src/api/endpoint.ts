// The door of an endpoint: what it takes is checked here, and what it takes and answers is described here, so that the
// document (openapi-document.ts) cannot say anything else. It never acts.
import type { MiddlewareHandler } from 'hono';
import type { BlankInput } from 'hono/types';
import { z } from 'zod';
import { shapeProblem, shapeProblemAt } from '../config/shape-problems.ts';
import type { ApiEnv } from './env.ts';
import { invalid, type InvalidPart } from './problem.ts';
import type { ProblemReason } from './problem-types.ts';
import { readJson } from './read-json.ts';
import { untellableText } from './tellable-text.ts';

export type Answer = {
  description: string;
  /** Null: there is no body. */
  schema: z.ZodType | null;
  /** JSON, unless it is said. */
  mediaType?: string;
  /** Headers that tell something: what they tell, by name. */
  headers?: Record<string, string>;
};

export type Operation = {
  /** One line. */
  summary: string;
  /** What is not to be seen from the rest. Markdown. */
  description?: string;
  /** The resource, as a heading. */
  tag: string;
  /** Writes that say what they replace: `If-Match` or `If-None-Match: *`. */
  hasPrecondition?: true;
  param?: z.ZodObject;
  query?: z.ZodObject;
  json?: z.ZodType<object>;
  /** Of the body. */
  example?: object;
  /** By status. */
  answers: Readonly<Record<number, Answer>>;
  /** Beside those that every endpoint has: not authorised, invalid request, internal error. */
  problems: readonly ProblemReason[];
};

/** In a URL everything is text. */
type Texts<T> = { [K in keyof T]: T[K] extends string | undefined ? T[K] : string };
type Part<S, Name extends string, Value> = [S] extends [z.ZodType]
  ? { [K in Name]: Value }
  : object;
type Checked<P, Q, J> = {
  in: Part<P, 'param', Texts<z.input<P>>> &
    Part<Q, 'query', Texts<z.input<Q>>> &
    Part<J, 'json', z.input<J>>;
  out: Part<P, 'param', z.output<P>> & Part<Q, 'query', z.output<Q>> & Part<J, 'json', z.output<J>>;
};
/** As Hono's types have it: nothing is checked, or these parts are. */
type Taken<P, Q, J> = [P, Q, J] extends [undefined, undefined, undefined]
  ? BlankInput
  : Checked<P, Q, J>;

const operations = new WeakMap<object, Operation>();

/**
 * Describes an endpoint, and lets nobody through whose path, query or body is not as its schemas say.
 *
 * A query parameter that it does not know is refused: a filter that is misspelt would find too much.
 * @throws ApiProblem 400 with all that is wrong, 413, 415
 */
export function endpoint<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  J extends z.ZodType<object> | undefined = undefined,
>(
  operation: Omit<Operation, 'param' | 'query' | 'json'> & { param?: P; query?: Q; json?: J },
): MiddlewareHandler<ApiEnv, string, Taken<P, Q, J>> {
  const { param, json } = operation;
  const query = (operation.query ?? z.object({})).strict();
  const handler: MiddlewareHandler<ApiEnv, string, Taken<P, Q, J>> = async (context, next) => {
    const { req } = context;
    const errors: InvalidPart[] = [];
    const check = (
      target: 'param' | 'query' | 'json',
      schema: z.ZodType<object>,
      given: unknown,
    ) => {
      const untellable = untellableText(given);
      if (untellable) {
        errors.push({ in: target, name: nameOf(target, untellable.path), message: untellable.why });
        return;
      }
      const result = schema.safeParse(given, { error: shapeProblem });
      if (result.success) req.addValidatedData(target, result.data);
      else errors.push(...result.error.issues.map((issue) => invalidPart(target, issue)));
    };
    if (param) check('param', param, req.param());
    // What the door of the whole API reads, which is the same everywhere (access/guard.ts).
    const { unmask, ...queries } = req.queries();
    if (unmask && !/^(?:true|false)$/.test(unmask.join(' '))) {
      errors.push({
        in: 'query',
        name: 'unmask',
        message: 'must be true or false, and given once',
      });
    }
    const twice = Object.keys(queries).filter((name) => (queries[name]?.length ?? 0) > 1);
    if (twice.length > 0) {
      errors.push(
        ...twice.map((name) => ({ in: 'query', name, message: 'is given twice: give it once' })),
      );
    } else {
      check('query', query, singles(queries));
    }
    if (errors.length === 0 && json) check('json', json, await readJson(req.raw));
    if (errors.length > 0) throw invalid(errors);
    await next();
  };
  const { param: _param, query: _query, json: _json, ...said } = operation;
  operations.set(handler, {
    ...said,
    ...(param && { param }),
    ...(operation.query && { query: operation.query }),
    ...(json && { json }),
  });
  return handler;
}

/** What a route's middleware says of it; undefined for one that is no {@link endpoint}. */
export function operationOf(handler: object): Operation | undefined {
  return operations.get(handler);
}

/** Each parameter's first value: none is left that has two. */
function singles(queries: Record<string, string[]>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(queries).map(([name, values]) => [name, values[0]]));
}

function invalidPart(target: string, issue: z.core.$ZodIssue): InvalidPart {
  if (issue.code === 'unrecognized_keys' && target === 'query') {
    return { in: target, name: issue.keys.join(', '), message: 'is no parameter of this endpoint' };
  }
  const { path, message } = shapeProblemAt(issue);
  return { in: target, name: nameOf(target, path), message };
}

/** The body itself is called so, wherever something is wrong with the whole of it. */
function nameOf(target: string, path: string): string {
  return path || (target === 'json' ? 'body' : target);
}
