// Which address shows what, and which part of a page's state lives in the address.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { lazy, Suspense, type ReactElement } from 'react';
import { useQuery } from '@tanstack/react-query';
import { meQuery, useLacking } from './api/me.ts';
import { askEarly } from './api/queries.ts';
import { currentToken } from './api/token.ts';
import { useSession } from './api/session.ts';
import { parseDestinationSearch, parseDryRunSearch, parseVersionSearch } from './admin/search.ts';
import { parseCascadeSearch } from './cascade/search.ts';
import { isTraceId } from './cascade/trace-id.ts';
import { parseCascadesSearch } from './cascades/filters.ts';
import { parseCoverageSearch } from './coverage/shares.ts';
import { parseDeadSearch } from './dead/filters.ts';
import { Frame } from './frame/Frame.tsx';
import { parseJobsSearch } from './jobs/search.ts';
import { OverviewPage } from './overview/OverviewPage.tsx';
import { parseOverviewSearch } from './overview/search.ts';
import { parseZoomSearch } from './statistics/ranges.ts';
import { parseRowSearch } from './rows/search.ts';
import { Notice } from './ui/Notice.tsx';

// Whoever comes with a token never needs it, nor the controls that only forms use.
const SignIn = lazy(() =>
  import('./frame/SignIn.tsx').then((module) => ({ default: module.SignIn })),
);

function Root(): ReactElement {
  const session = useSession();
  if (session !== 'open') {
    return (
      <Suspense fallback={null}>
        <SignIn refused={session === 'refused' && currentToken() !== null} />
      </Suspense>
    );
  }
  return <Outlet />;
}

function Failed({ error }: ErrorComponentProps): ReactElement {
  return (
    <Frame crumbs={null}>
      <main className="flex min-h-0 flex-1 flex-col">
        <h1 className="sr-only">Failed</h1>
        <Notice tone="fail" title="This page failed" announce="alert">
          <p>{error instanceof Error ? error.message : String(error)}</p>
          <button type="button" className="btn" onClick={() => location.reload()}>
            Load it again
          </button>
        </Notice>
      </main>
    </Frame>
  );
}

function NotFound(): ReactElement {
  return (
    <Frame crumbs={null}>
      <main className="flex min-h-0 flex-1 flex-col">
        <h1 className="sr-only">Not found</h1>
        <Notice tone="wait" title="There is no page at this address">
          <Link to="/cascades" className="link">
            Go to the cascades
          </Link>
        </Notice>
      </main>
    </Frame>
  );
}

/** Its pages ask nothing that would be refused. */
function AdminOnly(): ReactElement {
  const { isPending } = useQuery(meQuery);
  const lacking = useLacking('admin');
  if (lacking === null && !isPending) return <Outlet />;
  return (
    <Frame crumbs={<span className="font-medium">Routing</span>}>
      <main aria-busy={isPending} className="flex min-h-0 flex-1 flex-col">
        <h1 className="sr-only">Routing</h1>
        {lacking !== null && (
          <Notice tone="wait" title="No permission" announce="status">
            <p>{lacking} An admin can give you another.</p>
            <Link to="/cascades" className="link">
              Go to the cascades
            </Link>
          </Notice>
        )}
      </main>
    </Frame>
  );
}

const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: Failed,
});

const indexRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  validateSearch: parseOverviewSearch,
  component: OverviewPage,
});

const cascadesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/cascades',
  validateSearch: parseCascadesSearch,
  component: lazyRouteComponent(() => import('./cascades/CascadesPage.tsx'), 'CascadesPage'),
});

const cascadeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/c/$traceId',
  validateSearch: parseCascadeSearch,
  // Asked while the page's scripts come. Whoever only points at a link causes no reading of a whole cascade.
  loader: ({ params, cause }) => {
    if (cause !== 'preload' && isTraceId(params.traceId)) askEarly(params.traceId);
  },
  component: lazyRouteComponent(() => import('./cascade/CascadePage.tsx'), 'CascadePage'),
});

const rowRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rows/$source/$schema/$table/$key',
  validateSearch: parseRowSearch,
  component: lazyRouteComponent(() => import('./rows/RowPage.tsx'), 'RowPage'),
});

const resolveRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/id/$',
  component: lazyRouteComponent(() => import('./resolve/ResolvePage.tsx'), 'ResolvePage'),
});

const jobsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/jobs',
  validateSearch: parseJobsSearch,
  component: lazyRouteComponent(() => import('./jobs/JobsPage.tsx'), 'JobsPage'),
});

const jobRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/jobs/$source/$job',
  validateSearch: parseZoomSearch,
  component: lazyRouteComponent(() => import('./jobs/JobPage.tsx'), 'JobPage'),
});

const deadRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dead',
  validateSearch: parseDeadSearch,
  component: lazyRouteComponent(() => import('./dead/DeadLettersPage.tsx'), 'DeadLettersPage'),
});

const coverageRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/coverage',
  validateSearch: parseCoverageSearch,
  component: lazyRouteComponent(() => import('./coverage/CoveragePage.tsx'), 'CoveragePage'),
});

const circuitsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/circuits',
  component: lazyRouteComponent(() => import('./circuits/CircuitsPage.tsx'), 'CircuitsPage'),
});

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/replays/$run',
  component: lazyRouteComponent(() => import('./replays/RunPage.tsx'), 'RunPage'),
});

const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/admin',
  component: AdminOnly,
  beforeLoad: ({ location }) => {
    if (/^\/admin\/?$/.test(location.pathname))
      throw redirect({ to: '/admin/routes', replace: true });
  },
});

const adminRoutes = [
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/routes',
    component: lazyRouteComponent(() => import('./admin/RoutesPage.tsx'), 'RoutesPage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/routes/$route',
    component: lazyRouteComponent(() => import('./admin/RoutePage.tsx'), 'RoutePage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/new-route',
    component: lazyRouteComponent(() => import('./admin/RoutePage.tsx'), 'NewRoutePage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/destinations',
    validateSearch: parseDestinationSearch,
    component: lazyRouteComponent(() => import('./admin/DestinationsPage.tsx'), 'DestinationsPage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/keys',
    component: lazyRouteComponent(() => import('./admin/KeysPage.tsx'), 'KeysPage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/settings',
    component: lazyRouteComponent(() => import('./admin/SettingsPage.tsx'), 'SettingsPage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/tokens',
    component: lazyRouteComponent(() => import('./admin/TokensPage.tsx'), 'TokensPage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/dry-run',
    validateSearch: parseDryRunSearch,
    component: lazyRouteComponent(() => import('./admin/DryRunPage.tsx'), 'DryRunPage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/versions',
    validateSearch: parseVersionSearch,
    component: lazyRouteComponent(() => import('./admin/VersionsPage.tsx'), 'VersionsPage'),
  }),
  createRoute({
    getParentRoute: () => adminRoute,
    path: '/audit',
    component: lazyRouteComponent(() => import('./admin/AuditPage.tsx'), 'AuditPage'),
  }),
] as const;

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    indexRoute,
    cascadesRoute,
    cascadeRoute,
    rowRoute,
    resolveRoute,
    jobsRoute,
    jobRoute,
    deadRoute,
    coverageRoute,
    circuitsRoute,
    runRoute,
    adminRoute.addChildren(adminRoutes),
  ]),
  defaultPreload: 'intent',
  defaultPreloadDelay: 50,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
