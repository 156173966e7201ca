// The cascade that a page is opened for, asked before the page's scripts are there, and handed to whoever asks first. One
// place for how a cascade is asked for, by the address or by a query. What it means is client.ts's.
import { api, usualTimeoutMs } from './http.ts';
import { currentToken } from './token.ts';
import { isTraceId } from '../cascade/trace-id.ts';

/** What nobody has taken by then is of another moment than the page that would show it. */
const keptMs = usualTimeoutMs;

let asked: {
  id: string;
  token: string | null;
  atMs: number;
  answer: Promise<Response | null>;
} | null = null;

/** The same whenever a cascade is read: columns, which are quicker than objects to send and to read. */
export function askForCascade(id: string, options: { init: RequestInit }): Promise<Response> {
  return api.traces[':id'].$get({ param: { id }, query: { form: 'columns' } }, options);
}

/** Asks for what an address shows, if that is a cascade. To be called once, with the token adopted. */
export function askAhead(pathname: string): void {
  const [, id = ''] = /^\/c\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (!isTraceId(id)) return;
  const answer = askForCascade(id, { init: { signal: AbortSignal.timeout(usualTimeoutMs) } });
  asked = {
    id,
    token: currentToken(),
    atMs: performance.now(),
    // Whoever takes it asks again then, and tells what is wrong.
    answer: answer.catch(() => null),
  };
}

/**
 * The answer that was asked for ahead, once and to nobody but who asked: whatever it says, there is no other question.
 * Null where there is none, or where none came.
 */
export function takeAhead(id: string): Promise<Response | null> {
  const taken = asked;
  asked = null;
  const fits =
    taken?.id === id && taken.token === currentToken() && performance.now() - taken.atMs < keptMs;
  return fits ? taken.answer : Promise.resolve(null);
}
