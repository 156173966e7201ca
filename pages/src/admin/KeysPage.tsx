// Ingest keys: who may send. Made and rotated here, shown once, revoked at once.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { KeyCreatedView, KeyListView } from '../../../src/api/admin/views.ts';
import { failureText } from '../api/http.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Badge, Glyph, Status } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { useZone } from '../time/clock.ts';
import { formatFull } from '../time/format.ts';
import { revokeKey, rotateKey } from './admin-client.ts';
import { AdminPage } from './AdminPage.tsx';
import { noteChange } from './last-change.ts';
import { NewKey } from './NewKey.tsx';
import { askAgain, keysQuery } from './queries.ts';
import { useShownOnce } from './use-shown-once.ts';

type Key = KeyListView['keys'][number];

const overlaps = [
  { seconds: 0, label: 'at once' },
  { seconds: 3_600, label: 'after an hour' },
  { seconds: 86_400, label: 'after a day' },
  { seconds: 604_800, label: 'after a week' },
];
const aDay = 86_400;

/** The one moment in which a key can be read. */
function ShownOnce(props: { created: KeyCreatedView; onStored: () => void }): ReactElement {
  const { id, key } = props.created;
  return (
    <section
      role="alert"
      aria-label="The new key"
      className="flex flex-none flex-col gap-3 rounded-[10px] border border-ink bg-base p-4 shadow-tl"
    >
      <h2 className="text-[14px] leading-5 font-semibold">Copy the key now: it is shown once</h2>
      <div className="flex items-center gap-2 rounded-lg border border-line bg-recess py-1.5 pr-1.5 pl-3">
        <code data-key={id} className="min-w-0 flex-1 font-mono text-[12.5px] wrap-anywhere">
          {key}
        </code>
        <CopyButton text={key} label="Copy the key">
          Copy
        </CopyButton>
      </div>
      <p className="text-sub">
        The sender sends it as the header <code>x-throughline-key</code>. Only its hash is stored;
        it is known as {id} from now on.
      </p>
      <button type="button" className="btn self-start" onClick={props.onStored}>
        I have stored it
      </button>
    </section>
  );
}

function Rotate(props: { id: string; onRotated: (created: KeyCreatedView) => void }): ReactElement {
  const client = useQueryClient();
  const [overlapSeconds, setOverlap] = useState(aDay);
  const rotate = useMutation({
    mutationFn: () => rotateKey({ id: props.id, overlapSeconds }),
    onSuccess: (created) => {
      noteChange(`The key ${props.id} was rotated`, created);
      props.onRotated(created);
    },
    // Also where its answer is lost: it may have been made, and the list says so.
    onSettled: () => void askAgain(client),
  });
  return (
    <div className="flex w-full flex-wrap items-center gap-2 rounded-lg bg-recess p-2.5">
      <label className="flex flex-wrap items-center gap-2">
        A new key; the old one ends
        <select
          value={overlapSeconds}
          onChange={(event) => setOverlap(Number(event.target.value))}
          className="h-7 rounded-md border border-edge bg-raised px-2"
        >
          {overlaps.map(({ seconds, label }) => (
            <option key={seconds} value={seconds}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="btn"
        disabled={rotate.isPending}
        onClick={() => rotate.mutate()}
      >
        {rotate.isPending ? 'Rotating…' : 'Make the new key'}
      </button>
      {rotate.isError && (
        <span role="alert" className="text-fail">
          {failureText(rotate.error)}
        </span>
      )}
    </div>
  );
}

function KeyRow(props: { item: Key; onRotated: (created: KeyCreatedView) => void }): ReactElement {
  const { item } = props;
  const client = useQueryClient();
  const { zone } = useZone();
  const [rotating, setRotating] = useState(false);
  const revoke = useMutation({
    mutationFn: () => revokeKey(item.id),
    onSuccess: (changed) => {
      noteChange(`The key ${item.id} was revoked`, changed);
      return askAgain(client);
    },
  });
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-hair px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1 basis-[240px]">
        <p className="flex flex-wrap items-center gap-2">
          <b className="font-semibold wrap-anywhere">{item.source}</b>
          <code className="font-mono text-[12px] wrap-anywhere text-sub">{item.id}</code>
        </p>
        {item.note !== '' && <p className="mt-0.5 wrap-anywhere text-sub">{item.note}</p>}
        <p className="mt-0.5 text-[12px] text-sub">
          {item.routes === null ? 'all routes' : `routes: ${item.routes.join(', ') || 'none'}`}
          {item.destinations !== null &&
            (item.destinations.length === 0
              ? ', names no destinations'
              : `, may name ${item.destinations.join(', ')}`)}
        </p>
      </div>
      <div className="flex basis-[180px] flex-col gap-0.5">
        {item.state === 'expired' ? (
          <Status tone="wait" word="Expired" />
        ) : (
          <Status tone="ok" word="Active" />
        )}
        <span className="text-[12px] text-sub">
          made <Ago at={item.createdAt} />
        </span>
        {item.expiresAt !== null && (
          <span className="text-[12px] text-retry">
            {item.state === 'expired' ? 'ended' : 'ends'}{' '}
            {formatFull(Date.parse(item.expiresAt), zone)}
          </span>
        )}
      </div>
      <div className="flex gap-1.5">
        {item.state === 'active' && (
          <button
            type="button"
            className="btn"
            aria-expanded={rotating}
            aria-label={`Rotate ${item.id}`}
            onClick={() => setRotating((open) => !open)}
          >
            Rotate
          </button>
        )}
        <button
          type="button"
          className="btn text-fail"
          aria-label={`Revoke ${item.id}`}
          disabled={revoke.isPending}
          onClick={() => {
            if (
              item.state === 'expired' ||
              globalThis.confirm(
                `Revoke ${item.id}? Whoever still sends with it is answered 401 from now on.`,
              )
            )
              revoke.mutate();
          }}
        >
          {item.state === 'expired' ? 'Remove' : 'Revoke'}
        </button>
      </div>
      {rotating && (
        <Rotate
          id={item.id}
          onRotated={(created) => {
            setRotating(false);
            props.onRotated(created);
          }}
        />
      )}
      {revoke.isError && (
        <p role="alert" className="w-full text-fail">
          {failureText(revoke.error)}
        </p>
      )}
    </li>
  );
}

export function KeysPage(): ReactElement {
  const query = useQuery(keysQuery);
  const once = useShownOnce<KeyCreatedView>('keys');
  const { data } = query;
  return (
    <AdminPage title="Keys">
      {once.made.map((created) => (
        <ShownOnce key={created.id} created={created} onStored={() => once.remove(created.id)} />
      ))}
      {query.isError && data === undefined ? (
        <ProblemNotice error={query.error} what="Keys" onRetry={() => void query.refetch()} />
      ) : (
        <Card title="Ingest keys" count={data?.keys.length} hint="who may send events">
          {query.isPending && <RowsSkeleton rows={3} what="keys" />}
          {data?.byVariable != null && (
            <div className="flex flex-wrap items-center gap-2 border-b border-hair px-4 py-2.5">
              <b className="font-semibold wrap-anywhere">{data.byVariable.source}</b>
              <Badge tone="wait" word="by the Worker’s variable" />
              <span className="text-[12px] text-sub">
                works also when nothing stored can be read
              </span>
            </div>
          )}
          {data?.keys.length === 0 && (
            <Nothing>
              <span className="flex items-center gap-2">
                <Glyph tone="wait" />
                No key is stored. Give each sender one of its own: then one can be rotated or
                revoked without the others.
              </span>
            </Nothing>
          )}
          <ul>
            {data?.keys.map((item) => (
              <KeyRow key={item.id} item={item} onRotated={once.add} />
            ))}
          </ul>
        </Card>
      )}
      <NewKey onCreated={once.add} />
    </AdminPage>
  );
}
