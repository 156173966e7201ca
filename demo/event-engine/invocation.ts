// The texts that Hasura writes to `event_invocation_logs` about one request. Pure.
import type { TriggerHeader } from './trigger.ts';
import { userAgent } from './webhook.ts';
import type { WebhookAnswer } from './webhook.ts';

/** Hasura's version of the form, for event triggers. */
const version = '2';

/** The `request` column: the payload and the headers, secrets by the name of their variable. */
export function requestLog(body: string, headers: readonly TriggerHeader[]): string {
  const sent = [
    { name: 'Content-Type', value: 'application/json' },
    { name: 'User-Agent', value: userAgent },
    ...headers.map(({ name, value, fromEnv }) =>
      fromEnv === undefined ? { name, value } : { name, value_from_env: fromEnv },
    ),
  ];
  return `{"payload":${body},"headers":${JSON.stringify(sent)},"version":"${version}"}`;
}

/** The `response` column: the whole answer of a 2xx, else only what was said. */
export function responseLog(answer: Exclude<WebhookAnswer, { kind: 'cancelled' }>): string {
  if (answer.kind === 'answer' && isSuccess(answer.status)) {
    const { status, headers, body } = answer;
    return JSON.stringify({ type: 'webhook_response', data: { status, headers, body }, version });
  }
  const message =
    answer.kind === 'answer'
      ? answer.body
      : JSON.stringify({ type: 'http_exception', message: answer.message });
  return JSON.stringify({ type: 'client_error', data: { message }, version });
}

/** 200 to 299 only: a redirect is a failure. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}
