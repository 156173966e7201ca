// /api/admin, put together: one router for each resource.
import { Hono } from 'hono';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { allowlistRoutes } from './allowlist-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { configurationRoutes } from './configuration-routes.ts';
import { destinationRoutes } from './destination-routes.ts';
import { dryRunRoutes } from './dry-run-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { reachStore } from './reach-store.ts';
import { rotationRoutes } from './rotation-routes.ts';
import { settingsRoutes } from './settings-routes.ts';
import { signedUrlRoutes } from './signed-url-routes.ts';
import { storedRouteRoutes } from './stored-route-routes.ts';
import { testSendRoutes } from './test-send-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { versionRoutes } from './version-routes.ts';

export function adminRoutes({
  admin,
  access,
  apiTokenSha256,
  report,
}: Pick<ApiDeps, 'admin' | 'access' | 'apiTokenSha256' | 'report'>) {
  const deps = { ...admin, store: reachStore(admin.store, report) };
  const app = new Hono<ApiEnv>();
  app.use(async (context, next) => {
    await next();
    // What is compressed on its way would lose its strong ETag (RFC 9110 §8.8.3), which a change has to name.
    context.header('cache-control', 'no-store, no-transform');
  });
  return app
    .route('/configuration', configurationRoutes(deps))
    .route('/routes', storedRouteRoutes(deps))
    .route('/destinations', destinationRoutes(deps))
    .route('/allowlist', allowlistRoutes(deps))
    .route('/keys', keyRoutes(deps))
    .route(
      '/tokens',
      tokenRoutes({
        store: access.store,
        shared: access.shared,
        apiTokenSha256,
        now: () => admin.now(),
      }),
    )
    .route('/signed-urls', signedUrlRoutes(deps))
    .route('/dry-runs', dryRunRoutes(deps))
    .route('/test-sends', testSendRoutes(deps))
    .route('/rotations', rotationRoutes({ ...deps, report }))
    .route('/settings', settingsRoutes(deps))
    .route('/versions', versionRoutes(deps))
    .route('/audit', auditRoutes(deps));
}
