// What would become of an event, without sending it: which deliveries, where to, and why not.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FormEvent, ReactElement } from 'react';
import { FieldError, SelectField, TextArea, TextField } from '../ui/Field.tsx';
import { Glyph } from '../ui/Glyph.tsx';
import { keepTyping } from '../ui/kept-typing.ts';
import { Card } from '../ui/Page.tsx';
import { AdminPage } from './AdminPage.tsx';
import { type AskedRequest, dryRun, testSend } from './admin-client.ts';
import { DryRunReport } from './DryRunReport.tsx';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { same } from './merge.ts';
import { configurationQuery, keysQuery } from './queries.ts';
import { TestReport } from './TestReport.tsx';

const fields = ['url', 'route', 'method', 'body', 'keyId', 'headers'];
const byUrl = '';
const byVariable = '';
const question =
  'Send this event? Jobs are called and may do their work: they get x-throughline-test: true, the event has an id of its own, and it is written down in the audit that you sent it.';

const untouched = { url: '/?destinations=', body: '{\n  "order": 42\n}', keyId: byVariable };

const kept = keepTyping<typeof untouched>();

export function DryRunPage(): ReactElement {
  const search = useSearch({ from: '/admin/dry-run' });
  const navigate = useNavigate({ from: '/admin/dry-run' });
  const { data: configuration } = useQuery(configurationQuery);
  const { data: keys } = useQuery(keysQuery);
  const route = search.route ?? byUrl;
  const [{ url, body, keyId }, change] = kept.useFields('', untouched);
  const asked: AskedRequest = {
    url: route === byUrl ? url.trim() : null,
    route: route === byUrl ? null : route,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body.trim() === '' ? null : body,
    keyId: keyId === byVariable ? null : keyId,
  };
  const run = useMutation({ mutationFn: dryRun });
  const send = useMutation({ mutationFn: testSend });
  const reported = send.isSuccess ? send.variables : run.isSuccess ? run.variables : undefined;
  const isBusy = run.isPending || send.isPending;
  const failed = run.error ?? send.error;
  const errors =
    failed === null ? new Map<string, string>() : fieldErrors(failed, { prefix: 'json', fields });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send.reset();
    run.mutate(asked);
  };
  const names = Object.keys(configuration?.configuration.routes ?? {}).toSorted();
  const known = route === byUrl || names.includes(route) ? names : [...names, route];
  return (
    <AdminPage title="Dry run and test">
      <div className="grid gap-5 xl:grid-cols-[400px_minmax(0,1fr)] xl:items-start">
        <Card title="An event" hint="nothing is sent unless you say so">
          <form onSubmit={submit} noValidate className="flex flex-col gap-4 p-4">
            <SelectField
              label="To"
              value={route}
              items={[
                ...known.map((name) => ({ value: name, label: `/r/${name}` })),
                { value: byUrl, label: 'a URL that names destinations' },
              ]}
              onChange={(name) => void navigate({ search: name === byUrl ? {} : { route: name } })}
              error={errors.get('route')}
            />
            {route === byUrl && (
              <TextField
                label="URL"
                mono
                value={url}
                onChange={(next) => change({ url: next })}
                error={errors.get('url')}
                hint="as the sender would ask, with or without the edge’s host"
              />
            )}
            <SelectField
              label="With the key"
              value={keyId}
              items={[
                {
                  value: byVariable,
                  label:
                    keys?.byVariable == null
                      ? 'of the Worker’s variable'
                      : `of the Worker’s variable (${keys.byVariable.source})`,
                },
                ...(keys?.keys ?? []).map(({ id, source }) => ({
                  value: id,
                  label: `${id} (${source})`,
                })),
              ]}
              onChange={(next) => change({ keyId: next })}
              error={errors.get('keyId')}
            />
            <TextArea
              label="Body"
              rows={9}
              value={body}
              onChange={(next) => change({ body: next })}
              error={errors.get('body')}
              hint="a Hasura event’s payload is taken as one; anything else is a webhook"
            />
            {errors.get(wholeForm) !== undefined && (
              <div role="alert">
                <FieldError>{errors.get(wholeForm)}</FieldError>
              </div>
            )}
            <div className="flex flex-wrap items-center gap-2">
              <Button type="submit" variant="primary" disabled={isBusy}>
                {run.isPending ? 'Working it out…' : 'See what would be sent'}
              </Button>
              <button
                type="button"
                className="btn"
                disabled={isBusy}
                onClick={() => {
                  if (!globalThis.confirm(question)) return;
                  run.reset();
                  send.mutate(asked);
                }}
              >
                {send.isPending ? 'Sending…' : 'Send it as a test…'}
              </button>
            </div>
          </form>
        </Card>
        <div aria-live="polite" className="flex min-w-0 flex-col gap-5">
          {reported !== undefined && !same(reported, asked) && (
            <p className="flex items-center gap-2 text-retry">
              <Glyph tone="retry" />
              The fields have changed since: this is of what stood there before.
            </p>
          )}
          {send.data !== undefined ? (
            <TestReport report={send.data} />
          ) : run.data === undefined ? (
            <Card title="What would be sent">
              <p className="px-4 py-5 text-sub">
                By the configuration as it is stored now, with the edge’s own steps: no request, no
                record, no turn taken. A test goes the whole way: it is delivered and recorded,
                marked as a test.
              </p>
            </Card>
          ) : (
            <DryRunReport report={run.data} />
          )}
        </div>
      </div>
    </AdminPage>
  );
}
