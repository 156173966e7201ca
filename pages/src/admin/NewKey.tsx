// Makes an ingest key for a sender: its source, what it may use, when it ends.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FormEvent, ReactElement } from 'react';
import type { KeyCreatedView } from '../../../src/api/admin/views.ts';
import { CheckField, FieldError, TextField } from '../ui/Field.tsx';
import { keepTyping } from '../ui/kept-typing.ts';
import { Card } from '../ui/Page.tsx';
import { createKey } from './admin-client.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { noteChange } from './last-change.ts';
import { askAgain, configurationQuery } from './queries.ts';

const fields = ['source', 'note', 'routes', 'destinations', 'expiresAt'];

const untouched = {
  source: '',
  note: '',
  expiresAt: '',
  allRoutes: true,
  routes: [] as readonly string[],
  namesDestinations: true,
};

const kept = keepTyping<typeof untouched>();

export function NewKey(props: { onCreated: (created: KeyCreatedView) => void }): ReactElement {
  const client = useQueryClient();
  const { data } = useQuery(configurationQuery);
  const [typed, change] = kept.useFields('', untouched);
  const { source, note, expiresAt, allRoutes, routes, namesDestinations } = typed;
  const create = useMutation({
    mutationFn: (sent: typeof untouched) =>
      createKey({
        source: sent.source.trim(),
        note: sent.note.trim(),
        routes: sent.allRoutes ? null : [...sent.routes],
        destinations: sent.namesDestinations ? null : [],
        expiresAt: sent.expiresAt === '' ? null : new Date(sent.expiresAt).toISOString(),
      }),
    onSuccess: (created, sent) => {
      noteChange(`A key of ${sent.source.trim()} was made`, created);
      // What was typed meanwhile is of the next.
      change((now) => ({
        source: now.source === sent.source ? '' : now.source,
        note: now.note === sent.note ? '' : now.note,
        expiresAt: now.expiresAt === sent.expiresAt ? '' : now.expiresAt,
      }));
      props.onCreated(created);
      void askAgain(client);
    },
    // It may have been made where its answer is lost: the list says so.
    onError: () => void askAgain(client),
  });
  const errors =
    create.error === null
      ? new Map<string, string>()
      : fieldErrors(create.error, { prefix: 'keys', fields });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(typed);
  };
  const names = Object.keys(data?.configuration.routes ?? {}).toSorted();
  return (
    <Card title="New key">
      <form onSubmit={submit} noValidate className="flex flex-col gap-4 p-4">
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          <TextField
            label="Source"
            required
            value={source}
            onChange={(next) => change({ source: next })}
            error={errors.get('source')}
            placeholder="shop"
            hint="which system sends: its events are told apart by it"
          />
          <TextField
            label="What it is for"
            value={note}
            onChange={(next) => change({ note: next })}
            error={errors.get('note')}
            placeholder="Hasura, production"
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
        <div className="flex flex-col gap-2.5">
          <CheckField
            label="May use every stored route"
            checked={allRoutes}
            onChange={(next) => change({ allRoutes: next })}
          />
          {!allRoutes && (
            <fieldset className="ml-6 flex flex-wrap gap-x-4 gap-y-2">
              <legend className="sr-only">Which routes it may use</legend>
              {names.length === 0 && <span className="text-sub">No route is stored yet.</span>}
              {names.map((name) => (
                <CheckField
                  key={name}
                  label={name}
                  checked={routes.includes(name)}
                  onChange={(on) =>
                    change((now) => ({
                      routes: on
                        ? [...now.routes, name]
                        : now.routes.filter((each) => each !== name),
                    }))
                  }
                />
              ))}
            </fieldset>
          )}
          <CheckField
            label="May name destinations in its URL"
            hint="any that the allowlist has"
            checked={namesDestinations}
            onChange={(next) => change({ namesDestinations: next })}
          />
        </div>
        {errors.get(wholeForm) !== undefined && (
          <div role="alert">
            <FieldError>{errors.get(wholeForm)}</FieldError>
          </div>
        )}
        <div>
          <Button
            type="submit"
            variant="primary"
            disabled={create.isPending || source.trim() === ''}
          >
            {create.isPending ? 'Making it…' : 'Make the key'}
          </Button>
        </div>
      </form>
    </Card>
  );
}
