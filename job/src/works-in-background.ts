// Decides how an answer says that its job goes on after it. It keeps nothing alive: that is `waitUntil`'s work, or the
// process's own.

/** What an answer says by `true` here; the edge reads it. */
const backgroundHeader = 'x-throughline-background';

type NodeAnswer = {
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
};
type LambdaAnswer = { statusCode: number; headers?: Record<string, unknown> };

/**
 * Marks an answer of a job that goes on writing after it: `return worksInBackground(new Response(null, { status: 202 }))`.
 * What the job writes then, up to 15 minutes after its start, is still taken for its own; without the mark a value that
 * it writes after its answer links weakly only. Writes of a transaction that names its cause need no mark.
 *
 * @param answer A Fetch `Response`, Node's `ServerResponse` (Express's too) before its headers are sent, or what a
 * Lambda or Netlify v1 handler returns.
 * @returns The answer to give: the same `ServerResponse`, or a copy with the header. The body of a `Response` goes into
 * the copy.
 * @throws TypeError for anything else. Error where the headers have been sent.
 */
export function worksInBackground<Answer extends Response | NodeAnswer | LambdaAnswer>(
  answer: Answer,
): Answer;
export function worksInBackground(
  answer: Response | NodeAnswer | LambdaAnswer,
): Response | NodeAnswer | LambdaAnswer {
  if (answer instanceof Response) {
    const copy = new Response(answer.body, answer);
    copy.headers.set(backgroundHeader, 'true');
    return copy;
  }
  if ('setHeader' in answer) {
    if (answer.headersSent) {
      throw new Error('worksInBackground: the headers have been sent. Mark the answer before.');
    }
    answer.setHeader(backgroundHeader, 'true');
    return answer;
  }
  if ('statusCode' in answer) {
    return { ...answer, headers: { ...answer.headers, [backgroundHeader]: 'true' } };
  }
  throw new TypeError(
    'worksInBackground takes a Response, a ServerResponse or a Lambda answer, and this is none of them.',
  );
}
