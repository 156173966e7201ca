// The API, put together: who comes in, which routes there are, how errors look.
import { Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { adminRoutes } from './admin/admin-routes.ts';
import { reachAccessStore } from './admin/reach-store.ts';
import { closeHeaders } from './access/close-headers.ts';
import { guard } from './access/guard.ts';
import { circuitRoutes } from './circuit-routes.ts';
import { coverageRoutes } from './coverage-routes.ts';
import { deadLetterRoutes } from './dead-letter-routes.ts';
import { deliveryRoutes } from './delivery-routes.ts';
import type { ApiDeps } from './deps.ts';
import { destinationRoutes } from './destination-routes.ts';
import type { ApiEnv } from './env.ts';
import { edgeRoutes } from './edge-routes.ts';
import { eventRoutes } from './event-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { liveRoutes } from './live-routes.ts';
import { meRoutes } from './me-routes.ts';
import { logCoverageRoutes } from './log-coverage-routes.ts';
import { describedRoutes } from './openapi-document.ts';
import { openApiRoutes } from './openapi-routes.ts';
import { answerMethodNotAllowed, onError, onNotFound } from './problem.ts';
import { loopRoutes } from './loop-routes.ts';
import { overviewRoutes } from './overview-routes.ts';
import { statisticsRoutes } from './statistics-routes.ts';
import { refusalRoutes } from './refusal-routes.ts';
import { replayRoutes } from './replay-routes.ts';
import { rowRoutes } from './row-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { stopRoutes } from './stop-routes.ts';
import { traceLogRoutes } from './trace-log-routes.ts';
import { waitingRoutes } from './waiting-routes.ts';
import { traceRoutes } from './trace-routes.ts';

/**
 * Makes the API; its paths begin with `/api`.
 * @example const api = createApi(deps); await api.request('/api/traces', { headers })
 */
export function createApi(deps: ApiDeps) {
  const app = new Hono<ApiEnv>();
  const store = reachAccessStore(deps.access.store, (message, facts) =>
    deps.report(message, facts),
  );
  app.onError(onError(deps));
  app.notFound(onNotFound);
  app.use(async (context, next) => {
    await next();
    // An accepted WebSocket is handed on as it is.
    if (context.res.status === 101) return;
    // Traces grow and logs arrive late: nothing here is the same a moment later.
    if (!context.res.headers.has('cache-control')) context.header('cache-control', 'no-store');
    closeHeaders(context);
  });
  app.use(methodNotAllowed({ app, onMethodNotAllowed: answerMethodNotAllowed }));
  app.use(guard({ ...deps, access: { ...deps.access, store } }));
  return app
    .basePath('/api')
    .route('/me', meRoutes(deps))
    .route('/edge', edgeRoutes(deps))
    .route('/overview', overviewRoutes(deps))
    .route('/statistics', statisticsRoutes(deps))
    .route('/jobs', jobRoutes(deps))
    .route('/jobs', waitingRoutes(deps))
    .route('/destinations', destinationRoutes(deps))
    .route('/traces', traceRoutes(deps))
    .route('/traces', traceLogRoutes(deps))
    .route('/search', searchRoutes(deps))
    .route('/events', eventRoutes(deps))
    .route('/deliveries', deliveryRoutes(deps))
    .route('/dead-letters', deadLetterRoutes(deps))
    .route('/coverage', coverageRoutes(deps))
    .route('/coverage', logCoverageRoutes(deps))
    .route('/replays', replayRoutes(deps))
    .route('/loops', loopRoutes(deps))
    .route('/stops', stopRoutes(deps))
    .route('/rows', rowRoutes(deps))
    .route('/circuits', circuitRoutes(deps))
    .route('/refusals', refusalRoutes(deps))
    .route('/health', healthRoutes(deps))
    .route('/live', liveRoutes(deps))
    .route('/admin', adminRoutes({ ...deps, access: { ...deps.access, store } }))
    .route(
      '/',
      openApiRoutes(() => describedRoutes(app)),
    );
}

/** For `hc<Api>(…)`: the dashboard's typed client. */
export type Api = ReturnType<typeof createApi>;
