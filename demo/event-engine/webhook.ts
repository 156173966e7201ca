// One HTTP request to a webhook with Hasura's headers. It never retries and never follows a redirect.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { TriggerHeader } from './trigger.ts';

/** What the stand-in says it is: the last release of Hasura v2 whose behaviour its contracts were read from. */
export const userAgent = 'hasura-graphql-engine/v2.48.1';

export type WebhookAnswer =
  | { kind: 'answer'; status: number; headers: { name: string; value: string }[]; body: string }
  | { kind: 'no_answer'; reason: 'timeout' | 'network'; message: string }
  | { kind: 'cancelled' };

export type Webhook = {
  post(call: {
    url: string;
    headers: readonly TriggerHeader[];
    body: string;
    timeoutMs: number;
    signal: AbortSignal;
  }): Promise<WebhookAnswer>;
  close(): void;
};

/** Opens a pool of connections; `close()` ends them. */
export function openWebhook(): Webhook {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  return {
    post: (call) =>
      new Promise((resolve) => {
        const { url, headers, body, timeoutMs, signal } = call;
        const target = new URL(url);
        const bytes = Buffer.from(body);
        const limit = AbortSignal.timeout(timeoutMs);
        const fail = (error: Error): void => {
          if (signal.aborted) resolve({ kind: 'cancelled' });
          else if (limit.aborted)
            resolve({
              kind: 'no_answer',
              reason: 'timeout',
              message: `no answer within ${timeoutMs} ms`,
            });
          else resolve({ kind: 'no_answer', reason: 'network', message: error.message });
        };
        const options = {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            'User-Agent': userAgent,
            ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
            'Content-Length': bytes.byteLength,
          },
          signal: AbortSignal.any([signal, limit]),
        };
        const onResponse = (response: IncomingMessage): void => {
          response.setEncoding('utf8');
          let text = '';
          response.on('data', (chunk: string) => (text += chunk));
          response.on('error', fail);
          response.on('end', () => {
            resolve({
              kind: 'answer',
              status: response.statusCode ?? 0,
              headers: pairs(response.rawHeaders),
              body: text,
            });
          });
        };
        const request =
          target.protocol === 'https:'
            ? httpsRequest(target, { ...options, agent: https }, onResponse)
            : httpRequest(target, { ...options, agent: http }, onResponse);
        request.on('error', fail);
        request.end(bytes);
      }),
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

function pairs(raw: readonly string[]): { name: string; value: string }[] {
  const found: { name: string; value: string }[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    found.push({ name: raw[index] ?? '', value: raw[index + 1] ?? '' });
  }
  return found;
}
