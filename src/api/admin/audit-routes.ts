// GET /api/admin/audit: who did what, and what came of it.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import type { ApiEnv } from '../env.ts';
import { refuseInvalid } from '../problem.ts';
import type { AdminDeps } from './deps.ts';
import { numberedPage, numberedPageQuery } from './page-query.ts';
import type { AuditPage } from './views.ts';

export function auditRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    zValidator('query', numberedPageQuery, refuseInvalid),
    async (context) => {
      const { limit, cursor } = context.req.valid('query');
      const found = await deps.store.audit({ limit: limit + 1, before: cursor ?? null });
      const { items, nextCursor } = numberedPage(found, limit, ({ id }) => id);
      const page: AuditPage = { entries: [...items], nextCursor };
      return context.json(page, 200);
    },
  );
}
