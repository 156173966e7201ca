// Every version of the configuration: who, when, why, what differed, and going back to it.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import type { VersionPage } from '../../../src/api/admin/views.ts';
import { failureText, isOvertaken } from '../api/http.ts';
import { Badge } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { LoadOlder } from '../ui/LoadOlder.tsx';
import { AdminPage } from './AdminPage.tsx';
import { useHandBackFocus } from '../ui/use-hand-back-focus.ts';
import { listVersions, readChanges, rollBack } from './admin-client.ts';
import { Changes } from './Changes.tsx';
import { noteChange } from './last-change.ts';
import { askAgain, configurationQuery } from './queries.ts';
import { actionText, whoText } from './words.ts';

type Version = VersionPage['versions'][number];

/** What a version changed, or what going back to it would change. */
function Difference(props: {
  from: number;
  to: number;
  title: string;
  /** What going back leaves as it is. */
  without?: RegExp;
}): ReactElement {
  const { from, to, without } = props;
  const query = useQuery({
    queryKey: ['changes', from, to],
    queryFn: ({ signal }) => readChanges({ from, to }, signal),
    // What two versions say never changes.
    staleTime: Infinity,
  });
  return (
    <div className="mt-2 w-full rounded-lg border border-hair bg-recess">
      <p className="border-b border-hair px-4 py-1.5 text-[12px] text-sub">{props.title}</p>
      {query.isPending && <RowsSkeleton rows={1} what="what changed" />}
      {query.isError && (
        <p role="alert" className="px-4 py-3 text-fail">
          {failureText(query.error)}
        </p>
      )}
      {query.data !== undefined && (
        <Changes changes={query.data.changes.filter(({ path }) => without?.test(path) !== true)} />
      )}
    </div>
  );
}

function GoBack(props: { to: number; current: number; onDone: () => void }): ReactElement {
  useHandBackFocus();
  const client = useQueryClient();
  const [restoresKeys, setRestoresKeys] = useState(false);
  const go = useMutation({
    mutationFn: () =>
      rollBack({
        to: props.to,
        from: props.current,
        note: '',
        keys: restoresKeys ? 'restore' : 'keep',
      }),
    onSuccess: async (changed) => {
      noteChange(`Went back to version ${props.to}`, changed);
      props.onDone();
      await askAgain(client);
    },
    onError: () => askAgain(client),
  });
  return (
    <div className="flex w-full flex-col gap-2">
      <Difference
        from={props.current}
        to={props.to}
        title={`Going back to version ${props.to} would change:`}
        without={restoresKeys ? /^access\b/ : /^(?:access|keys)\b/}
      />
      <div className="flex flex-wrap items-center gap-3">
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={restoresKeys}
            onChange={(event) => setRestoresKeys(event.target.checked)}
            className="size-4 accent-(--tl-brand)"
          />
          Keys too: as they were, so that revoked ones come back
        </label>
        <span className="text-sub">Members and masking stay as they are now.</span>
        <span className="flex-1" />
        {go.isError && (
          <span role="alert" className="text-fail">
            {isOvertaken(go.error)
              ? 'Somebody changed the configuration meanwhile: look again.'
              : failureText(go.error)}
          </span>
        )}
        <button type="button" className="btn" disabled={go.isPending} onClick={() => go.mutate()}>
          {go.isPending ? 'Going back…' : `Go back to version ${props.to}`}
        </button>
        <button type="button" className="btn" onClick={props.onDone}>
          Cancel
        </button>
      </div>
    </div>
  );
}

function VersionRow(props: {
  item: Version;
  current: number | undefined;
  isOpen: boolean;
  onOpen: () => void;
}): ReactElement {
  const { item, current } = props;
  const [goingBack, setGoingBack] = useState(false);
  const isCurrent = item.version === current;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b border-hair px-4 py-2.5 last:border-b-0">
      <b className="w-10 font-semibold">{item.version}</b>
      <div className="min-w-0 flex-1 basis-[220px]">
        <p className="flex flex-wrap items-center gap-2">
          <span className="wrap-anywhere">{actionText(item)}</span>
          {isCurrent && <Badge tone="ok" word="in force" />}
        </p>
        {item.note !== '' && <p className="wrap-anywhere text-sub">“{item.note}”</p>}
      </div>
      <p className="text-[12px] text-sub">
        {whoText(item)}
        {item.at !== null && (
          <>
            , <Ago at={item.at} />
          </>
        )}
      </p>
      <div className="flex gap-1.5">
        <button
          type="button"
          className="btn"
          aria-expanded={props.isOpen}
          aria-label={`Changes of version ${item.version}`}
          onClick={props.onOpen}
        >
          Changes
        </button>
        {!isCurrent && current !== undefined && (
          <button
            type="button"
            className="btn"
            aria-expanded={goingBack}
            aria-label={`Go back to version ${item.version}…`}
            onClick={() => setGoingBack((open) => !open)}
          >
            Go back
          </button>
        )}
      </div>
      {props.isOpen && (
        <Difference
          from={Math.max(0, item.version - 1)}
          to={item.version}
          title={`Since version ${Math.max(0, item.version - 1)}:`}
        />
      )}
      {goingBack && current !== undefined && (
        <GoBack to={item.version} current={current} onDone={() => setGoingBack(false)} />
      )}
    </li>
  );
}

export function VersionsPage(): ReactElement {
  const { open } = useSearch({ from: '/admin/versions' });
  const navigate = useNavigate({ from: '/admin/versions' });
  const { data: configuration } = useQuery(configurationQuery);
  const query = useInfiniteQuery({
    queryKey: ['admin', 'versions'],
    queryFn: ({ pageParam, signal }) => listVersions(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
  const versions = query.data?.pages.flatMap((page) => page.versions) ?? [];
  return (
    <AdminPage title="Versions">
      {query.isError && query.data === undefined ? (
        <ProblemNotice error={query.error} what="Versions" onRetry={() => void query.refetch()} />
      ) : (
        <Card title="Versions" hint="newest first; going back makes a new one">
          {query.isPending && <RowsSkeleton rows={6} what="versions" />}
          {query.data !== undefined && versions.length === 0 && (
            <Nothing>
              Nothing has been changed yet: the Worker’s variables alone are in force.
            </Nothing>
          )}
          <ol>
            {versions.map((item) => (
              <VersionRow
                key={item.version}
                item={item}
                current={configuration?.version}
                isOpen={open === item.version}
                onOpen={() =>
                  void navigate({ search: open === item.version ? {} : { open: item.version } })
                }
              />
            ))}
          </ol>
          <LoadOlder query={query} />
        </Card>
      )}
    </AdminPage>
  );
}
