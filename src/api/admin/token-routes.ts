// /api/admin/tokens: API tokens for machines, made, listed and revoked. They stand in no version of the configuration:
// neither git nor a roll back brings one back.
import { Hono } from 'hono';
import { z } from 'zod';
import { roleSchema } from '../../config/access.ts';
import type { AccessStore } from '../../config/api-tokens.ts';
import { drawApiToken } from '../access/draw-api-token.ts';
import type { SharedAccess } from '../access/shared-access.ts';
import {
  type TokenCreatedView,
  tokenCreatedViewSchema,
  type TokenListView,
  tokenListViewSchema,
} from '../access/views.ts';
import { endpoint } from '../endpoint.ts';
import type { ApiEnv } from '../env.ts';
import { ApiProblem, invalid, notStored } from '../problem.ts';
import { noteQuery } from './note-query.ts';

type TokenDeps = {
  store: AccessStore;
  /** What this isolate knows of tokens beside what is published. */
  shared: Pick<SharedAccess, 'tokens'>;
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
const tokenParam = z.object({ id: z.string().min(1).max(64).meta({ example: 'viewer-1f2e3d4c' }) });

export function tokenRoutes(deps: TokenDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List API tokens',
        tag: 'API tokens',
        answers: {
          200: { description: 'Never the tokens themselves.', schema: tokenListViewSchema },
        },
        problems: [],
      }),
      async (context) => {
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
      },
    )
    .post(
      '/',
      endpoint({
        summary: 'Make an API token',
        tag: 'API tokens',
        json: newTokenSchema,
        example: { role: 'viewer', note: 'The weekly report' },
        answers: {
          201: { description: 'The token, told this once.', schema: tokenCreatedViewSchema },
        },
        problems: ['tokens_full'],
      }),
      async (context) => {
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
          throw new ApiProblem('tokens_full', 'As many tokens are kept as may be. Revoke some.');
        }
        const view: TokenCreatedView = { id, role, token };
        return context.json(view, 201);
      },
    )
    .delete(
      '/:id',
      endpoint({
        summary: 'Revoke an API token',
        tag: 'API tokens',
        param: tokenParam,
        query: noteQuery,
        answers: { 200: { description: 'It is revoked.', schema: tokenParam } },
        problems: ['not_found'],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        const { note } = context.req.valid('query');
        const isRevoked = await deps.store.revokeToken(id, { note, who: context.get('who') });
        if (!isRevoked) throw notStored(`The token ${id}`, 'GET /api/admin/tokens');
        deps.shared.tokens.clear();
        return context.json({ id }, 200);
      },
    );
}
