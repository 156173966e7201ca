// /api/admin/tokens: API tokens for machines, made, listed and revoked. They stand in no version of the configuration:
// neither git nor a roll back brings one back.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { roleSchema } from '../../config/access.ts';
import type { AccessStore } from '../../config/api-tokens.ts';
import { drawApiToken } from '../access/draw-api-token.ts';
import type { TokenCreatedView, TokenListView } from '../access/views.ts';
import type { ApiEnv } from '../env.ts';
import { ApiProblem, invalid, notFound, refuseInvalid } from '../problem.ts';
import { jsonBody } from './json-body.ts';
import { noteQuery } from './note-query.ts';

type TokenDeps = {
  store: AccessStore;
  apiTokenSha256: string | null;
  /** ms since the epoch */
  now(): number;
};

const newTokenSchema = z.strictObject({
  role: roleSchema,
  /** What it is for. */
  note: z.string().max(200).default(''),
  /** Null: never. */
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null),
});
const tokenParam = z.object({ id: z.string().min(1).max(64) });

export function tokenRoutes(deps: TokenDeps) {
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const now = deps.now();
      const view: TokenListView = {
        tokens: (await deps.store.tokens()).map((token) => ({
          ...token,
          state:
            token.expiresAt !== null && Date.parse(token.expiresAt) <= now ? 'expired' : 'active',
        })),
        byVariable: deps.apiTokenSha256 !== null,
      };
      return context.json(view, 200);
    })
    .post('/', jsonBody(newTokenSchema), async (context) => {
      const { role, note, expiresAt } = context.req.valid('json');
      if (expiresAt !== null && Date.parse(expiresAt) <= deps.now()) {
        throw invalid([{ in: 'json', name: 'expiresAt', message: 'must lie in the future' }]);
      }
      const { id, token, sha256 } = await drawApiToken(role);
      const kept = {
        id,
        sha256,
        role,
        expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      };
      if (!(await deps.store.addToken(kept, { note, who: context.get('who') }))) {
        throw new ApiProblem('tokens_full', {
          title: 'Too many tokens',
          status: 409,
          detail: 'As many tokens are kept as may be. Revoke some.',
        });
      }
      const view: TokenCreatedView = { id, role, token };
      return context.json(view, 201);
    })
    .delete(
      '/:id',
      zValidator('param', tokenParam, refuseInvalid),
      zValidator('query', noteQuery, refuseInvalid),
      async (context) => {
        const { id } = context.req.valid('param');
        const { note } = context.req.valid('query');
        const isRevoked = await deps.store.revokeToken(id, { note, who: context.get('who') });
        if (!isRevoked) throw notFound(`The token ${id}`);
        return context.json({ id }, 200);
      },
    );
}
