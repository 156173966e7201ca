// Sends requests to the Worker as a sender would, in workerd, and tells what it put on the queue.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { inject } from 'vitest';
import worker from '../../src/index.ts';
import { type RecordMessage, recordSchema } from '../../src/store/record.ts';
import { limitedQueue, type SentMessage } from './cloudflare-limits.ts';

export const ingestKey = 'tl_test_key';

/** Hashed once, before a test breaks hashing. */
const ingestKeySha256 = sha256(ingestKey);

export type Sent = {
  response: Response;
  /** Read to its end. */
  text: string;
  /**
   * What the queue got, after everything in the background has ended. Of an attempt that took so long, or a machine that is so
   * busy, that it was told to run first, only its end.
   */
  records: RecordMessage[];
};

/**
 * Sends one request and waits until the Worker is done with it.
 * @param exports what stands in for the Worker's own entrypoints
 */
export async function send(
  request: Request,
  variables: Record<string, string> | Partial<Env> = {},
  queue?: Queue,
  exports?: unknown,
): Promise<Sent> {
  const messages: SentMessage[] = [];
  const context = createExecutionContext();
  const response = await worker.fetch(
    request as Request<unknown, IncomingRequestCfProperties>,
    {
      ...env,
      INGEST_SOURCE: 'shop',
      INGEST_KEY_SHA256: await ingestKeySha256,
      ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
      ALLOW_PRIVATE_DESTINATIONS: 'true',
      ...variables,
      RECORDS: queue ?? limitedQueue(env.RECORDS, messages),
    },
    exports ? contextWith(context, exports) : context,
  );
  const text = await response.text();
  await waitOnExecutionContext(context);
  const records = messages.flatMap(({ body }) =>
    recordSchema.array().parse(JSON.parse(String(body))),
  );
  const ended = new Set(records.filter(isEnd).map(attemptIdOf));
  return {
    response,
    text,
    records: records.filter((record) => isEnd(record) || !ended.has(attemptIdOf(record))),
  };
}

function isEnd(record: RecordMessage): boolean {
  return record.type === 'attempt' && record.attempt.endedAt !== null;
}

function attemptIdOf(record: RecordMessage): string | null {
  return record.type === 'attempt' ? record.attempt.id : null;
}

function contextWith(context: ExecutionContext, exports: unknown): ExecutionContext {
  const waitUntil = context.waitUntil.bind(context);
  return { waitUntil, exports } as unknown as ExecutionContext;
}

/** The edge URL for destinations given by path on the test's own server. */
export function edgeUrl(...paths: string[]): string {
  const list = paths.map((path) => encodeURIComponent(inject('destinationUrl') + path));
  return `https://edge.example/?destinations=${list.join(',')}`;
}

/** A request with the key and a body. */
export function event(url: string, body: BodyInit | null, headers: HeadersInit = {}): Request {
  return new Request(url, {
    method: 'POST',
    headers: { 'x-throughline-key': ingestKey, 'content-type': 'application/json', ...headers },
    body,
  });
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
