// What a stored route is used by: the URL that senders ask for, and where its rotation stands.
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { useEdge } from '../api/edge.ts';
import { curlOf } from '../panel/curl.ts';
import { Copyable } from '../ui/Copyable.tsx';
import { CopyButton } from '../ui/CopyButton.tsx';
import { EdgeAddress } from '../ui/EdgeAddress.tsx';
import { Card } from '../ui/Page.tsx';
import { isAlgorithm } from './algorithms.ts';
import { Rotations } from './Rotations.tsx';

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
          Dry run or test: what would be sent where
        </Link>
      </div>
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
      {rotates && <Rotations name={name} route={route} />}
    </aside>
  );
}
