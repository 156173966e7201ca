// /api/admin, put together: one router for each resource.
import { Hono } from 'hono';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { auditRoutes } from './audit-routes.ts';
import { configurationRoutes } from './configuration-routes.ts';
import { reachStore } from './reach-store.ts';
import { settingsRoutes } from './settings-routes.ts';
import { versionRoutes } from './version-routes.ts';

export function adminRoutes({ admin, report }: Pick<ApiDeps, 'admin' | 'report'>) {
  const deps = { ...admin, store: reachStore(admin.store, report) };
  const app = new Hono<ApiEnv>();
  app.use(async (context, next) => {
    await next();
    // What is compressed on its way would lose its strong ETag (RFC 9110 §8.8.3), which a change has to name.
    context.header('cache-control', 'no-store, no-transform');
  });
  return app
    .route('/configuration', configurationRoutes(deps))
    .route('/settings', settingsRoutes(deps))
    .route('/versions', versionRoutes(deps))
    .route('/audit', auditRoutes(deps));
}
