// Decides whether e-mail addresses may be searched by: whoever is shown marks in their place could feel for them.
import type { Context } from 'hono';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { ApiProblem } from './problem.ts';

/** True where nothing hides them, or the guard has let this one look behind the marks. */
export async function maySearchEmails(
  context: Context<ApiEnv>,
  { access }: Pick<ApiDeps, 'access'>,
): Promise<boolean> {
  if (context.req.query('unmask') === 'true') return true;
  return !(await access.config()).access.masking.emails;
}

export function emailsAreMasked(): ApiProblem {
  return new ApiProblem(
    'invalid_request',
    'E-mail addresses are masked here, and cannot be searched by. Operators can with ?unmask=true.',
    {
      errors: [
        { in: 'query', name: 'actor', message: 'is an e-mail address, which is masked here' },
      ],
    },
  );
}
