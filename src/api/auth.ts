// Opens the API to whoever holds the bearer token (RFC 6750), of which only the hash is known, and says who that is.
// Without a configured token nobody comes in.
import type { MiddlewareHandler } from 'hono';
import { matchesSha256 } from '../config/secret.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { ApiProblem, invalid } from './problem.ts';

/** Who holds the one token there is. */
const tokenName = 'api-token';
/** In whose name somebody acts who shares the token with others. Not verified, and shown as such. */
const actorHeader = 'x-throughline-actor';
const maxActorLength = 200;

/** Refuses every request without the token with a 401 problem, and sets `who` for those that come in. */
export function requireToken(deps: Pick<ApiDeps, 'apiTokenSha256'>): MiddlewareHandler<ApiEnv> {
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
    const onBehalfOf = context.req.header(actorHeader)?.trim() || null;
    if (onBehalfOf !== null && onBehalfOf.length > maxActorLength) {
      const message = `must have ${maxActorLength} characters at most`;
      throw invalid([{ in: 'header', name: actorHeader, message }]);
    }
    context.set('who', { name: tokenName, onBehalfOf });
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
