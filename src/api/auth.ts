// Opens the API to whoever holds the bearer token (RFC 6750), of which only the hash is known. Without a
// configured token nobody comes in.
import type { MiddlewareHandler } from 'hono';
import { matchesSha256 } from '../config/secret.ts';
import type { ApiDeps } from './deps.ts';
import { ApiProblem } from './problem.ts';

/** Refuses every request without the token with a 401 problem. */
export function requireToken(deps: Pick<ApiDeps, 'apiTokenSha256'>): MiddlewareHandler {
  return async (context, next) => {
    if (deps.apiTokenSha256 === null) {
      throw unauthorized(
        'api_closed',
        'The API has no token. Set API_TOKEN_SHA256 in the Worker’s variables.',
      );
    }
    const token = /^Bearer +([^\s]+)\s*$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (token === undefined) {
      throw unauthorized('token_missing', 'Send the API token: Authorization: Bearer <token>.');
    }
    if (!(await matchesSha256(token, deps.apiTokenSha256))) {
      throw unauthorized(
        'token_unknown',
        'This is no token of this API. Check it for a missing part.',
      );
    }
    await next();
  };
}

function unauthorized(reason: string, detail: string): ApiProblem {
  return new ApiProblem(
    reason,
    { title: 'Not authorised', status: 401, detail },
    { 'www-authenticate': 'Bearer realm="throughline"' },
  );
}
