// One HTTP request of a delivery, until its answer has been passed on or has failed.
// It is the only place that calls a destination; it decides nothing about retries.
import type { Circuits } from '../circuits/circuits.ts';
import { messageOf } from '../error-message.ts';
import { signatureHeaders } from '../events/signatures/standard-webhooks.ts';
import { answeredError } from '../store/answered-error.ts';
import type { Alarms } from './alarms.ts';
import type { AttemptEnd } from './attempt-end.ts';
import { type AnswerCapture, type AnswerEnd, captureAnswer } from './capture-answer.ts';
import { outcomeOf } from './outcome-of.ts';
import { parseRetryAfterMs } from './retry-schedule.ts';

export type AttemptRequest = {
  destination: URL;
  method: string;
  headers: HeadersInit;
  body: BodyInit | null;
  signing: Signing;
  /** Until the answer begins. */
  timeoutMs: number;
  alarms: Alarms;
  /** Fires when the sender goes away. */
  senderGone: AbortSignal;
  /** Are told how it ended. */
  circuits: Pick<Circuits, 'begin'>;
};

export type Signing = {
  /** As configured; none: deliveries are not signed. */
  secrets: readonly string[];
  /** The same for all attempts of a delivery. */
  deliveryId: string;
  /** ms since the epoch */
  atMs: number;
};

/** By `true` here an answer says that its job goes on after it. */
const backgroundHeader = 'x-throughline-background';

export type Attempt =
  | {
      answered: true;
      response: Response;
      /** The answer's bytes for the sender; they must be consumed for `ended` to settle. */
      body: BodyInit | null;
      /** Known where the answer was read whole; never rejects. */
      ended: AttemptEnd | Promise<AttemptEnd>;
    }
  | { answered: false; end: AttemptEnd };

const senderLeftWithin = 'The sender went away before the answer was through.';

/**
 * Calls the destination once. Redirects are handed back, not followed. Never throws.
 * Success is 2xx and a whole body, as Hasura counts it.
 */
export async function attempt(request: AttemptRequest): Promise<Attempt> {
  const { deliveryId, atMs } = request.signing;
  const tellCircuit = request.circuits.begin(request.destination);
  const result = await call(request);
  const tell = (end: AttemptEnd, retryAfterMs: number | null): AttemptEnd => {
    tellCircuit(outcomeOf(end, { deliveryId, retryAfterMs }));
    return end;
  };
  if (!result.answered) return { answered: false, end: tell(result.end, null) };
  const { status, headers } = result.response;
  const goesOn = headers.get(backgroundHeader)?.toLowerCase() === 'true';
  const retryAfterMs = status === 429 ? parseRetryAfterMs(headers.get('retry-after'), atMs) : null;
  const told = (end: AttemptEnd): AttemptEnd =>
    tell(goesOn ? { ...end, worksInBackground: true } : end, retryAfterMs);
  const { response, body, ended } = result;
  return {
    answered: true,
    response,
    body,
    ended: ended instanceof Promise ? ended.then(told) : told(ended),
  };
}

async function call(request: AttemptRequest): Promise<Attempt> {
  const timer = new AbortController();
  const timeout = request.alarms.set(request.timeoutMs, () => timer.abort());
  let response: Response;
  let capture: AnswerCapture;
  try {
    response = await fetch(request.destination.href, {
      method: request.method,
      headers: await signedHeaders(request),
      body: request.body,
      redirect: 'manual',
      signal: AbortSignal.any([timer.signal, request.senderGone]),
    });
    capture = await captureAnswer(response);
  } catch (error) {
    return { answered: false, end: endOfFailure(error, request, timer.signal) };
  } finally {
    timeout.clear();
  }
  const { status } = response;
  const { body } = capture;
  if (!(capture.ended instanceof Promise)) {
    return { answered: true, response, body, ended: endOfAnswer(status, capture.ended) };
  }
  const ended = capture.ended.then(
    (end) => endOfAnswer(status, end),
    (error: unknown): AttemptEnd => ({
      outcome: request.senderGone.aborted ? 'cancelled' : 'failed',
      status,
      error: request.senderGone.aborted
        ? senderLeftWithin
        : `The answer broke off: ${messageOf(error)}`,
      answer: null,
    }),
  );
  return { answered: true, response, body, ended };
}

function endOfAnswer(status: number, { text, isWhole }: AnswerEnd): AttemptEnd {
  if (!isWhole) return { outcome: 'cancelled', status, error: senderLeftWithin, answer: text };
  return status >= 200 && status < 300
    ? { outcome: 'delivered', status, error: null, answer: text }
    : { outcome: 'failed', status, error: answeredError(status), answer: text };
}

/** Adds the signature. A body that is streamed cannot be signed, since its headers go first. */
async function signedHeaders({ headers, body, signing }: AttemptRequest): Promise<HeadersInit> {
  const bytes = body ?? new Uint8Array();
  if (signing.secrets.length === 0 || !(bytes instanceof Uint8Array)) return headers;
  const signed = new Headers(headers);
  const { deliveryId: id, atMs, secrets } = signing;
  for (const [name, value] of Object.entries(
    await signatureHeaders({ id, atMs, body: bytes }, secrets),
  )) {
    signed.set(name, value);
  }
  return signed;
}

function endOfFailure(error: unknown, request: AttemptRequest, timer: AbortSignal): AttemptEnd {
  const end = { status: null, answer: null };
  if (request.senderGone.aborted) {
    return { ...end, outcome: 'cancelled', error: 'The sender went away before an answer came.' };
  }
  if (timer.aborted) {
    return {
      ...end,
      outcome: 'timed_out',
      error: `No answer within ${request.timeoutMs} ms.`,
    };
  }
  return { ...end, outcome: 'unreachable', error: messageOf(error) };
}
