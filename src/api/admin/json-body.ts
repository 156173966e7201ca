// Reads a JSON body, whatever content type it claims, and checks it. Says where the JSON breaks off.
import type { MiddlewareHandler } from 'hono';
import type { z } from 'zod';
import { messageOf } from '../../error-message.ts';
import { maxDocumentBytes } from '../../config/read-document.ts';
import type { ApiEnv } from '../env.ts';
import { ApiProblem, invalid, refuseInvalid } from '../problem.ts';

/** A document may be written with blanks and line ends, which do not count in the end. */
const maxBodyBytes = 4 * maxDocumentBytes;

/** For routes: `context.req.valid('json')` is what `schema` made of the body. */
export function jsonBody<Schema extends z.ZodType<object>>(
  schema: Schema,
): MiddlewareHandler<
  ApiEnv,
  string,
  { in: { json: z.input<Schema> }; out: { json: z.output<Schema> } }
> {
  return async (context, next) => {
    const result = schema.safeParse(parse(await readText(context.req.raw)));
    if (!result.success) refuseInvalid({ ...result, target: 'json' });
    else context.req.addValidatedData('json', result.data);
    await next();
  };
}

async function readText(request: Request): Promise<string> {
  if (!request.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) {
      throw new ApiProblem('body_too_large', {
        title: 'Body too large',
        status: 413,
        detail: `At most ${maxBodyBytes} bytes are read.`,
      });
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  if (text === '') {
    throw invalid([{ in: 'json', name: 'body', message: 'is missing: send JSON' }]);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid([{ in: 'json', name: 'body', message: `is no JSON: ${messageOf(error)}` }]);
  }
}
