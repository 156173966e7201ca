// The stored routes: by which algorithm each sends where, and the way to change it.
import { PlusIcon } from '@phosphor-icons/react/Plus';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { shortAddress } from '../dead/words.ts';
import { Badge } from '../ui/Glyph.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { AdminPage } from './AdminPage.tsx';
import { AlgorithmShape } from './AlgorithmShape.tsx';
import { configurationQuery } from './queries.ts';

const mostShown = 3;

function Destinations({ route }: { route: StoredRoute }): ReactElement {
  const { destinations, fallback } = route;
  return (
    <div className="min-w-0">
      <ul className="font-mono text-[11.5px] leading-[18px] text-sub">
        {destinations.slice(0, mostShown).map((destination) => (
          <li key={destination} className="truncate" title={shortAddress(destination)}>
            {shortAddress(destination)}
          </li>
        ))}
      </ul>
      {destinations.length > mostShown && (
        <p className="text-[12px] text-sub">and {destinations.length - mostShown} more</p>
      )}
      {fallback.length > 0 && (
        <p className="text-[12px] text-sub">
          {fallback.length} {fallback.length === 1 ? 'stands' : 'stand'} by
        </p>
      )}
    </div>
  );
}

function RouteRow({ name, route }: { name: string; route: StoredRoute }): ReactElement {
  return (
    <li className="relative grid gap-x-4 gap-y-1 border-b border-hair px-4 py-2.5 last:border-b-0 hover:bg-recess has-[a:focus-visible]:bg-recess md:grid-cols-[minmax(120px,1fr)_180px_minmax(0,2fr)_minmax(0,1fr)] md:items-start">
      <Link
        to="/admin/routes/$route"
        params={{ route: name }}
        className="truncate font-semibold outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
      >
        {name}
      </Link>
      <span className="flex items-center gap-2">
        <AlgorithmShape algorithm={route.algorithm} />
        <span>
          {route.algorithm}
          {route.destinations.length > 1 && (
            <span className="text-sub"> to {route.destinations.length}</span>
          )}
        </span>
      </span>
      <Destinations route={route} />
      <span className="flex flex-wrap gap-1.5 md:justify-end">
        {route.rollout !== null && (
          <Badge tone="run" word={`${route.rollout.percent} % another way`} />
        )}
        {route.retries !== null && <Badge tone="wait" word="own retries" />}
        {route.signature !== null && <Badge tone="wait" word="signed" />}
      </span>
    </li>
  );
}

export function RoutesPage(): ReactElement {
  const query = useQuery(configurationQuery);
  const routes = query.data === undefined ? [] : Object.entries(query.data.configuration.routes);
  return (
    <AdminPage
      title="Routes"
      aside={
        <Link to="/admin/new-route" className="btn">
          <PlusIcon size={13} />
          New route
        </Link>
      }
    >
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} what="Routes" onRetry={() => void query.refetch()} />
      ) : (
        <section className="flex-none overflow-hidden rounded-[10px] border border-line bg-base">
          {query.isPending && <RowsSkeleton rows={5} what="routes" />}
          {query.data !== undefined && routes.length === 0 && (
            <Nothing>
              <p className="font-medium text-ink">No route is stored yet</p>
              <p className="mt-1">
                A sender can name destinations in its URL (<code>/?destinations=…</code>), which
                goes on working. A stored route has a name, <code>/r/orders</code>, so that where
                its events go can be changed here without touching the sender.
              </p>
              <Link to="/admin/new-route" className="btn mt-3">
                <PlusIcon size={13} />
                New route
              </Link>
            </Nothing>
          )}
          <ul aria-label="Stored routes">
            {routes
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, route]) => (
                <RouteRow key={name} name={name} route={route} />
              ))}
          </ul>
        </section>
      )}
    </AdminPage>
  );
}
