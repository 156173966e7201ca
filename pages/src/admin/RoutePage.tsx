// The page of one stored route, and of one that is being made.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { failureText, isMissing, isOvertaken } from '../api/http.ts';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { AdminPage } from './AdminPage.tsx';
import { deleteRoute } from './admin-client.ts';
import { nothingStored, type Stored } from './editing.ts';
import { noteChange } from './last-change.ts';
import { askAgain, configurationQuery, routeQuery } from './queries.ts';
import { RouteAside } from './RouteAside.tsx';
import { RouteEditor } from './RouteEditor.tsx';

function stored({ route, etag }: { route: StoredRoute; etag: string }): Stored<StoredRoute | null> {
  return { part: route, etag };
}

function Crumbs({ name }: { name: string }): ReactElement {
  return (
    <>
      <Link to="/admin/routes" className="text-sub hover:text-ink">
        Routes
      </Link>
      <span className="text-sub" aria-hidden="true">
        /
      </span>
      <span className="truncate font-medium">{name}</span>
    </>
  );
}

function DeleteButton(props: {
  name: string;
  etag: string;
  onDeleted: () => Promise<void>;
}): ReactElement {
  const { name, etag } = props;
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      deleteRoute({ name, note: '', replaces: etag }).catch((error: unknown) => {
        // Gone already: somebody else's deletion, or one's own whose answer was lost.
        if (isMissing(error)) return null;
        throw error;
      }),
    onSuccess: (changed) => changed && noteChange(`Route ${name} was deleted`, changed),
    onError: () => askAgain(client),
  });
  const leave = async (): Promise<void> => {
    // Away from it first: while its page stands, the route that is gone is asked for again too.
    await props.onDeleted();
    await askAgain(client);
  };
  return (
    <>
      {remove.isError && (
        <span role="alert" className="text-fail">
          {isOvertaken(remove.error)
            ? 'Somebody changed it meanwhile: look at it again.'
            : failureText(remove.error)}
        </span>
      )}
      <button
        type="button"
        className="btn text-fail"
        disabled={remove.isPending}
        onClick={() => {
          if (
            globalThis.confirm(
              `Delete the route ${name}? Senders of /r/${name} are answered 404 then. It can be undone.`,
            )
          )
            // Whoever has left meanwhile is led nowhere.
            remove.mutate(undefined, { onSuccess: () => void leave() });
        }}
      >
        Delete
      </button>
    </>
  );
}

export function NewRoutePage(): ReactElement {
  const navigate = useNavigate();
  const leave = (name: string): void =>
    void navigate({ to: '/admin/routes/$route', params: { route: name } });
  return (
    <AdminPage title="New route" crumbs={<Crumbs name="new" />}>
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
        <RouteEditor
          name={null}
          read={nothingStored}
          onMade={leave}
          onGone={() => void navigate({ to: '/admin/routes' })}
        />
      </div>
    </AdminPage>
  );
}

export function RoutePage(): ReactElement {
  const { route: name } = useParams({ from: '/admin/routes/$route' });
  const navigate = useNavigate();
  const { data: configuration } = useQuery(configurationQuery);
  const query = useQuery(routeQuery(name));
  const isGone = isMissing(query.error);
  const read = isGone ? nothingStored : query.data && stored(query.data);
  const now = configuration?.configuration.routes[name];
  return (
    <AdminPage
      title={name}
      crumbs={<Crumbs name={name} />}
      aside={
        query.data !== undefined &&
        !isGone && (
          <DeleteButton
            name={name}
            etag={query.data.etag}
            onDeleted={() => navigate({ to: '/admin/routes' })}
          />
        )
      }
    >
      {query.isPending && (
        <Card title="Where events go">
          <RowsSkeleton rows={6} what="the route" />
        </Card>
      )}
      {isGone && (
        <Card title={name}>
          <Nothing>
            <p>No route of this name is stored. It may have been deleted: see the versions.</p>
            <p className="mt-2 flex gap-4">
              <Link to="/admin/routes" className="link">
                All routes
              </Link>
              <Link to="/admin/versions" className="link">
                Versions
              </Link>
            </p>
          </Nothing>
        </Card>
      )}
      {query.isError && !isGone && (
        <ProblemNotice error={query.error} what="The route" onRetry={() => void query.refetch()} />
      )}
      {read !== undefined && (
        <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_340px] xl:items-start">
          <RouteEditor
            key={name}
            name={name}
            read={read}
            onGone={() => void navigate({ to: '/admin/routes' })}
          />
          {read.part !== null && <RouteAside name={name} route={now ?? read.part} />}
        </div>
      )}
    </AdminPage>
  );
}
