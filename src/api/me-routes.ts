// GET /api/me: who one is to the API, what one may, and what one is not shown.
import { Hono } from 'hono';
import { mayActAs } from '../config/access.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { unmaskRole } from './access/guard.ts';
import { type MeView, meViewSchema } from './access/views.ts';

export function meRoutes({ access }: Pick<ApiDeps, 'access'>) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Read who one is to the API, what one may and what one is not shown',
      tag: 'Access',
      answers: { 200: { description: 'The caller.', schema: meViewSchema } },
      problems: [],
    }),
    async (context) => {
      const { who, by, role } = context.var.caller;
      const { masking } = (await access.config()).access;
      const identity = by.how === 'access' ? by.identity : null;
      const person = identity?.kind === 'person' ? identity : null;
      const view: MeView = {
        name: who.name,
        onBehalfOf: who.onBehalfOf,
        role,
        how: by.how,
        email: person?.email ?? null,
        groups: person ? [...person.groups] : [],
        expiresAt: by.how === 'api_token' ? by.token.expiresAt : null,
        masked: masking,
        mayUnmask: mayActAs(role, unmaskRole),
      };
      return context.json(view, 200);
    },
  );
}
