// How the API says that somebody may not: one sentence for each reason, with what to do. It decides nothing.
import type { Role } from '../../config/access.ts';
import { ApiProblem } from '../problem.ts';
import type { ProblemReason } from '../problem-types.ts';
import type { AssertionProblem } from './verify-assertion.ts';

const challenge = { 'www-authenticate': 'Bearer realm="throughline"' };

function notAuthorised(reason: ProblemReason, detail: string): ApiProblem {
  return new ApiProblem(reason, detail, { headers: challenge });
}

function forbidden(reason: ProblemReason, detail: string): ApiProblem {
  return new ApiProblem(reason, detail);
}

export function apiClosed(): ApiProblem {
  return notAuthorised(
    'api_closed',
    'The API is closed: nobody has been given a way in. Set API_TOKEN_SHA256, or ACCESS_TEAM_DOMAIN and ACCESS_AUDIENCE, in the Worker’s variables.',
  );
}

export function tokenMissing(): ApiProblem {
  return notAuthorised(
    'token_missing',
    'Send an API token (Authorization: Bearer <token>), or come through Cloudflare Access.',
  );
}

export function tokenUnknown(): ApiProblem {
  return notAuthorised(
    'token_unknown',
    'This is no token of this API, or it has been revoked. Check it for a missing part.',
  );
}

export function tokenExpired(): ApiProblem {
  return notAuthorised('token_expired', 'This API token has expired. An admin can make another.');
}

export function assertionRefused(reason: AssertionProblem, detail: string): ApiProblem {
  return reason === 'keys_unreachable'
    ? new ApiProblem('access_unreachable', `${detail} Try again.`, {
        headers: { 'retry-after': '10' },
      })
    : notAuthorised(
        `access_${reason}`,
        `The token of Cloudflare Access was not accepted. ${detail}`,
      );
}

export function tooManyUnknown(): ApiProblem {
  return new ApiProblem(
    'too_many_unknown_tokens',
    'More unknown tokens come than are looked up. A new token works a moment later.',
    { headers: { 'retry-after': '1' } },
  );
}

export function noRole(name: string): ApiProblem {
  return forbidden(
    'no_role',
    `${name} is signed in and has no role here. An admin gives one: Settings, Members; or the variables ACCESS_ADMINS, ACCESS_OPERATORS, ACCESS_VIEWERS.`,
  );
}

export function roleNeeded(needed: Role, has: Role): ApiProblem {
  return forbidden('role_needed', `This needs the role ${needed}; yours is ${has}.`);
}

export function foreignOrigin(): ApiProblem {
  return forbidden(
    'foreign_origin',
    'This request was begun by another site, and you are signed in by Cloudflare Access: only pages of this origin may do that.',
  );
}

export function jsonNeeded(): ApiProblem {
  return new ApiProblem(
    'unsupported_media_type',
    'A body is JSON here: send content-type: application/json.',
  );
}
