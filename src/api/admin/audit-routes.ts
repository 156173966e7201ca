// GET /api/admin/audit: who did what, and what came of it.
import { Hono } from 'hono';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import type { AdminDeps } from './deps.ts';
import { numberedPageQuery } from '../page-query.ts';
import { numberedPage } from './page-query.ts';
import { type AuditPage, auditPageSchema } from './views.ts';

export function auditRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Read who did what and what came of it, newest first',
      tag: 'Audit',
      query: numberedPageQuery,
      answers: { 200: { description: 'A page of entries.', schema: auditPageSchema } },
      problems: ['configuration_unreachable'],
    }),
    async (context) => {
      const { limit, cursor } = context.req.valid('query');
      const found = await deps.store.audit({ limit: limit + 1, before: cursor ?? null });
      const { items, nextCursor } = numberedPage(found, limit, ({ id }) => id);
      const page: AuditPage = { entries: [...items], nextCursor };
      return context.json(page, 200);
    },
  );
}
