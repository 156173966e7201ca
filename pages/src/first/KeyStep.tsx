// Makes the first ingest key, which is shown once; says where one is there already.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useLacking, useMe } from '../api/me.ts';
import { failureText, Problem } from '../api/http.ts';
import { createKey } from '../admin/admin-client.ts';
import { askAgain, keysQuery } from '../admin/queries.ts';
import { Copyable } from '../ui/Copyable.tsx';
import { FieldError, TextField } from '../ui/Field.tsx';
import { Lacking } from '../ui/Lacking.tsx';
import { exportOf } from './snippets.ts';

/** Only admins may know. */
function useKeys() {
  const isAdmin = useMe()?.role === 'admin';
  return useQuery({ ...keysQuery, enabled: isAdmin }).data;
}

export function useHasKey(): boolean {
  const keys = useKeys();
  return keys?.byVariable != null || keys?.keys.some(({ state }) => state === 'active') === true;
}

export function KeyStep(props: {
  hasKey: boolean;
  /** The key that was just made: the only time that it can be read. */
  made: string | null;
  onMade: (key: string) => void;
}): ReactElement {
  const { made } = props;
  const client = useQueryClient();
  const keys = useKeys();
  const lacking = useLacking('admin');
  const [source, setSource] = useState('app');
  const create = useMutation({
    mutationFn: () =>
      createKey({
        source: source.trim(),
        note: 'the first key',
        routes: null,
        destinations: null,
        expiresAt: null,
      }),
    onSuccess: ({ key }) => {
      props.onMade(key);
      return askAgain(client);
    },
  });
  if (made !== null) {
    return (
      <>
        <p>
          Copy it now: it is shown once. The commands below name it <code>$THROUGHLINE_KEY</code>.
        </p>
        <Copyable text={exportOf(made)} label="Copy the key’s command" />
      </>
    );
  }
  if (lacking !== null) return <Lacking why={`An admin makes keys. ${lacking}`} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  const { error } = create;
  return (
    <>
      {props.hasKey && (
        <p className="text-sub">
          {keys?.byVariable == null
            ? 'A key is stored already.'
            : `The key of the Worker’s variable, for the source ${keys.byVariable.source}, works already.`}{' '}
          Whoever has it can go on; a key for each sender is better.
        </p>
      )}
      <form onSubmit={submit} noValidate className="flex flex-wrap items-end gap-3">
        <div className="min-w-[200px] flex-1">
          <TextField
            label="Source"
            value={source}
            onChange={setSource}
            required
            hint="which database sends; it goes into every ID, and never changes"
          />
        </div>
        <button
          type="submit"
          className="btn sm:mb-[22px]"
          disabled={create.isPending || source.trim() === ''}
        >
          {create.isPending ? 'Making it…' : 'Make a key'}
        </button>
      </form>
      {error !== null && (
        <div role="alert">
          <FieldError>
            {error instanceof Problem
              ? [
                  failureText(error),
                  ...error.errors.map(({ name, message }) => `${name} ${message}`),
                ].join(' ')
              : error.message}
          </FieldError>
        </div>
      )}
    </>
  );
}
