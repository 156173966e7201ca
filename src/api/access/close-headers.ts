// What every answer of the API says to browsers: no page may read, frame or run it. No CORS header is ever set, so that
// no other origin reads an answer.

import type { Context } from 'hono';

const closed = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Adds them, but for those that the answer brings itself. */
export function closeHeaders(context: Context): void {
  for (const [name, value] of Object.entries(closed)) {
    if (!context.res.headers.has(name)) context.header(name, value);
  }
}
