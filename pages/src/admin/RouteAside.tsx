// What a stored route is used by: the URL that senders ask for, and where its rotation stands.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { shortAddress } from '../dead/words.ts';
import { useEdge } from '../api/edge.ts';
import { curlOf } from '../panel/curl.ts';
import { Copyable } from '../ui/Copyable.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { EdgeAddress } from '../ui/EdgeAddress.tsx';
import { Ago } from '../ui/Moment.tsx';
import { Card } from '../ui/Page.tsx';
import { useNow } from '../time/clock.ts';
import { formatSpan } from '../time/format.ts';
import { isAlgorithm } from './algorithms.ts';
import { rotationsQuery } from './queries.ts';

/** The route's URL behind the edge's address; the path alone where that is not known. */
function urlOf(edge: string | null, name: string): string {
  return `${edge ?? ''}/r/${name}`;
}

function Address({ name }: { name: string }): ReactElement {
  const edge = useEdge();
  const url = urlOf(edge.url, name);
  const curl = curlOf({
    method: 'POST',
    url: edge.url === null ? [{ variable: 'THROUGHLINE_URL' }, `/r/${name}`] : [url],
    headers: [
      ['content-type', 'application/json'],
      ['x-throughline-key', { variable: 'THROUGHLINE_KEY' }],
    ],
    body: '{}',
  });
  return (
    <Card title="The URL to use">
      <div className="flex flex-col gap-3 p-4">
        <Copyable text={url} label="Copy the URL" />
        {edge.isAsked && <EdgeAddress />}
        <CopyButton
          text={curl}
          label="Copy a call of it by curl; your key stands as $THROUGHLINE_KEY"
        >
          Copy as curl
        </CopyButton>
        <p className="text-[12px] text-sub">
          In Hasura it is the trigger’s webhook, with the header <code>x-throughline-key</code>.
        </p>
        <Link to="/admin/dry-run" search={{ route: name }} className="link">
          Dry run: what would be sent where
        </Link>
      </div>
    </Card>
  );
}

function Rotation({ name, route }: { name: string; route: StoredRoute }): ReactElement {
  const query = useQuery(rotationsQuery(name));
  const nowMs = useNow(1_000);
  return (
    <Card title="Rotation">
      <ul>
        {query.data?.map(({ rotation, nextTurn, lastUsedAt, clearsAt }) => {
          // The rollout's side has destinations and a rotation of its own.
          const isRollout = rotation.endsWith(':rollout');
          const lists = isRollout ? route.rollout : route;
          if (lists === null || !isAlgorithm(lists.algorithm, 'round-robin')) return null;
          const place = nextTurn % Math.max(1, lists.destinations.length);
          const next = lists.destinations[place];
          return (
            <li
              key={rotation}
              className="flex flex-col gap-1 border-b border-hair p-4 last:border-b-0"
            >
              {isRollout && <p className="font-medium">Of the rollout</p>}
              <p>
                Next is destination {place + 1} of {lists.destinations.length}
              </p>
              {next !== undefined && (
                <p className="font-mono text-[11.5px] wrap-anywhere text-sub">
                  {shortAddress(next)}
                </p>
              )}
              <p className="text-[12px] text-sub">
                {lastUsedAt === null ? (
                  'Not used yet, or forgotten: it begins at the first.'
                ) : (
                  <>
                    Used <Ago at={lastUsedAt} />
                    {clearsAt !== null &&
                      `, forgotten in ${formatSpan(Math.max(0, Date.parse(clearsAt) - nowMs))} unless it is used`}
                  </>
                )}
              </p>
            </li>
          );
        })}
        {query.isError && <li className="p-4 text-fail">{query.error.message}</li>}
      </ul>
    </Card>
  );
}

export function RouteAside({ name, route }: { name: string; route: StoredRoute }): ReactElement {
  const rotates =
    isAlgorithm(route.algorithm, 'round-robin') ||
    (route.rollout !== null && isAlgorithm(route.rollout.algorithm, 'round-robin'));
  return (
    <aside aria-label="How it is used" className="flex min-w-0 flex-col gap-5">
      <Address name={name} />
      {rotates && <Rotation name={name} route={route} />}
    </aside>
  );
}
