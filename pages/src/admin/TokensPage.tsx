// API tokens: which machines may ask the API, and with which role. Made here, shown once, revoked at once.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactElement } from 'react';
import type { TokenCreatedView, TokenListView } from '../../../src/api/access/views.ts';
import { failureText } from '../api/http.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { FieldError, SelectField, TextField } from '../ui/Field.tsx';
import { Badge, Glyph, Status } from '../ui/Glyph.tsx';
import { Ago } from '../ui/Moment.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { keepTyping } from '../ui/kept-typing.ts';
import { Card, Nothing, RowsSkeleton } from '../ui/Page.tsx';
import { useZone } from '../time/clock.ts';
import { formatFull } from '../time/format.ts';
import { AdminPage } from './AdminPage.tsx';
import { createToken, listTokens, revokeToken } from './admin-client.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { useShownOnce } from './use-shown-once.ts';

type Token = TokenListView['tokens'][number];

const tokensKey = ['admin', 'tokens'];
const roles = [
  { value: 'viewer', label: 'viewer: reads' },
  { value: 'operator', label: 'operator: replays, cancels, stops' },
  { value: 'admin', label: 'admin: changes everything' },
] as const;

/** The one moment in which a token can be read. */
function ShownOnce(props: { created: TokenCreatedView; onStored: () => void }): ReactElement {
  const { id, token } = props.created;
  return (
    <section
      role="alert"
      aria-label="The new token"
      className="flex flex-none flex-col gap-3 rounded-[10px] border border-ink bg-base p-4 shadow-tl"
    >
      <h2 className="text-[14px] leading-5 font-semibold">Copy the token now: it is shown once</h2>
      <div className="flex items-center gap-2 rounded-lg border border-line bg-recess py-1.5 pr-1.5 pl-3">
        <code data-token={id} className="min-w-0 flex-1 font-mono text-[12.5px] wrap-anywhere">
          {token}
        </code>
        <CopyButton text={token} label="Copy the token">
          Copy
        </CopyButton>
      </div>
      <p className="text-sub">
        It is sent as <code>Authorization: Bearer …</code> and works at once. Only its hash is
        stored; it is known as {id} from now on.
      </p>
      <button type="button" className="btn self-start" onClick={props.onStored}>
        I have stored it
      </button>
    </section>
  );
}

function TokenRow({ item }: { item: Token }): ReactElement {
  const client = useQueryClient();
  const { zone } = useZone();
  const revoke = useMutation({
    mutationFn: () => revokeToken(item.id),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensKey }),
  });
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b border-hair px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1 basis-[240px]">
        <p className="flex flex-wrap items-center gap-2">
          <b className="font-semibold">{item.role}</b>
          <code className="font-mono text-[12px] wrap-anywhere text-sub">{item.id}</code>
        </p>
        {item.note !== '' && <p className="mt-0.5 wrap-anywhere text-sub">{item.note}</p>}
        <p className="mt-0.5 text-[12px] wrap-anywhere text-sub">
          made <Ago at={item.createdAt} /> by {item.createdBy}
        </p>
      </div>
      <div className="flex basis-[180px] flex-col gap-0.5">
        {item.state === 'expired' ? (
          <Status tone="wait" word="Expired" />
        ) : (
          <Status tone="ok" word="Active" />
        )}
        <span className="text-[12px] text-sub">
          {item.lastUsedAt === null ? (
            'never used'
          ) : (
            <>
              last used <Ago at={item.lastUsedAt} />
            </>
          )}
        </span>
        {item.expiresAt !== null && (
          <span className="text-[12px] text-retry">
            {item.state === 'expired' ? 'ended' : 'ends'}{' '}
            {formatFull(Date.parse(item.expiresAt), zone)}
          </span>
        )}
      </div>
      <button
        type="button"
        className="btn text-fail"
        aria-label={`Revoke ${item.id}`}
        disabled={revoke.isPending}
        onClick={() => {
          const warning = `Revoke ${item.id}? It changes nothing from now on, and reads nothing within two minutes.`;
          if (item.state === 'expired' || globalThis.confirm(warning)) revoke.mutate();
        }}
      >
        {item.state === 'expired' ? 'Remove' : 'Revoke'}
      </button>
      {revoke.isError && (
        <p role="alert" className="w-full text-fail">
          {failureText(revoke.error)}
        </p>
      )}
    </li>
  );
}

const untouched: { role: Token['role']; note: string; expiresAt: string } = {
  role: 'viewer',
  note: '',
  expiresAt: '',
};

const kept = keepTyping<typeof untouched>();

function NewToken(props: { onCreated: (created: TokenCreatedView) => void }): ReactElement {
  const client = useQueryClient();
  const [typed, change] = kept.useFields('', untouched);
  const { role, note, expiresAt } = typed;
  const create = useMutation({
    mutationFn: (sent: typeof untouched) =>
      createToken({
        role: sent.role,
        note: sent.note.trim(),
        expiresAt: sent.expiresAt === '' ? null : new Date(sent.expiresAt).toISOString(),
      }),
    onSuccess: (created, sent) => {
      // What was typed meanwhile is of the next.
      change((now) => ({
        note: now.note === sent.note ? '' : now.note,
        expiresAt: now.expiresAt === sent.expiresAt ? '' : now.expiresAt,
      }));
      props.onCreated(created);
    },
    // Also where its answer is lost: it may have been made, and the list says so.
    onSettled: () => void client.invalidateQueries({ queryKey: tokensKey }),
  });
  const errors =
    create.error === null
      ? new Map<string, string>()
      : fieldErrors(create.error, { prefix: '', fields: ['role', 'note', 'expiresAt'] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(typed);
  };
  return (
    <Card title="New token">
      <form onSubmit={submit} noValidate className="flex flex-col gap-4 p-4">
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          <SelectField
            label="Role"
            value={role}
            items={roles}
            onChange={(next) => change({ role: next })}
          />
          <TextField
            label="What it is for"
            value={note}
            onChange={(next) => change({ note: next })}
            error={errors.get('note')}
            placeholder="deploy pipeline"
          />
          <TextField
            label="Ends"
            type="datetime-local"
            value={expiresAt}
            onChange={(next) => change({ expiresAt: next })}
            error={errors.get('expiresAt')}
            hint="in your time; empty: never"
          />
        </div>
        {errors.get(wholeForm) !== undefined && (
          <div role="alert">
            <FieldError>{errors.get(wholeForm)}</FieldError>
          </div>
        )}
        <div>
          <Button type="submit" variant="primary" disabled={create.isPending}>
            {create.isPending ? 'Making it…' : 'Make the token'}
          </Button>
        </div>
      </form>
    </Card>
  );
}

export function TokensPage(): ReactElement {
  const query = useQuery({
    queryKey: tokensKey,
    queryFn: ({ signal }) => listTokens(signal),
    refetchInterval: 15_000,
  });
  const once = useShownOnce<TokenCreatedView>('tokens');
  const { data } = query;
  return (
    <AdminPage title="Tokens">
      {once.made.map((created) => (
        <ShownOnce key={created.id} created={created} onStored={() => once.remove(created.id)} />
      ))}
      {query.isError && data === undefined ? (
        <ProblemNotice error={query.error} what="Tokens" onRetry={() => void query.refetch()} />
      ) : (
        <Card title="API tokens" count={data?.tokens.length} hint="which machines may ask the API">
          {query.isPending && <RowsSkeleton rows={3} what="tokens" />}
          {data?.byVariable === true && (
            <div className="flex flex-wrap items-center gap-2 border-b border-hair px-4 py-2.5">
              <b className="font-semibold">admin</b>
              <Badge tone="wait" word="by the Worker’s variable" />
              <span className="text-[12px] text-sub">for the first admin, and for emergencies</span>
            </div>
          )}
          {data?.tokens.length === 0 && (
            <Nothing>
              <span className="flex items-center gap-2">
                <Glyph tone="wait" />
                No token is stored. Give each machine one of its own, with the least role that does.
              </span>
            </Nothing>
          )}
          <ul>
            {data?.tokens.map((item) => (
              <TokenRow key={item.id} item={item} />
            ))}
          </ul>
        </Card>
      )}
      <NewToken onCreated={once.add} />
    </AdminPage>
  );
}
