// Which destinations may be called: those of the Worker's variables, and those stored beside them.
import { Button } from '@cloudflare/kumo/components/button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { FieldError, LinesField } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, RowsSkeleton } from '../ui/Page.tsx';
import { putAllowlist, readAllowlist } from './admin-client.ts';
import { filled } from './draft-fields.ts';
import type { Stored, Typed } from './editing.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { keepTyping } from '../ui/kept-typing.ts';
import { noteChange } from './last-change.ts';
import { allowlistQuery } from './queries.ts';
import { useEditing } from './use-editing.ts';

const field = 'allowedDestinations' as const;

interface Patterns {
  allowedDestinations: readonly string[];
}

const form = {
  draftOf: (patterns: Patterns) => patterns,
  filled: (draft: Patterns) => ({ [field]: filled(draft[field]) }),
};

const kept = keepTyping<Typed<Patterns, Patterns>>();
const keptAs = '';

function Editor(props: { read: Stored<Patterns> }): ReactElement {
  const client = useQueryClient();
  const [before] = useState(kept.find(keptAs));
  const editing = useEditing({
    form,
    read: props.read,
    typed: before,
    partOf: (patterns) => ({ ok: true, part: patterns }),
    put: ({ part, replaces }) => putAllowlist({ ...part, replaces }),
    readNow: async () => {
      const { body, etag } = await readAllowlist();
      return { part: { [field]: body[field] }, etag };
    },
    errorsOf: (error) => fieldErrors(error, { prefix: '', fields: [field] }),
    onSaved: ({ part }, { changed, etag }) => {
      client.setQueryData(
        allowlistQuery.queryKey,
        (known) => known && { body: { ...known.body, [field]: [...part[field]] }, etag },
      );
      noteChange('The allowlist was saved', changed);
    },
  });
  const { draft, errors, isDirty, isSaving, faster } = editing;
  kept.useKeeping(keptAs, isDirty ? editing.typed : null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    editing.save('');
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 p-4">
      <LinesField
        label="Stored"
        of="pattern"
        values={draft[field]}
        onChange={(next) => {
          // They name lines by where they stood.
          editing.setErrors(new Map());
          editing.setDraft({ [field]: next });
        }}
        placeholder="https://*.netlify.app"
        error={errors.get(field)}
        errorAt={(index) => errors.get(`${field}.${index}`)}
        hint="such as https://jobs.example.com/hooks/*; without a path every path"
      />
      {faster !== null && (
        <div role="alert" className="flex flex-wrap items-center gap-3">
          <FieldError>Somebody changed the allowlist meanwhile; yours was not stored.</FieldError>
          <button type="button" className="btn" onClick={() => editing.load(faster.theirs)}>
            Load what is stored
          </button>
        </div>
      )}
      {errors.get(wholeForm) !== undefined && (
        <div role="alert">
          <FieldError>{errors.get(wholeForm)}</FieldError>
        </div>
      )}
      {isDirty && (
        <div className="flex gap-2">
          <Button type="submit" variant="primary" disabled={isSaving}>
            {isSaving ? 'Saving…' : 'Save the allowlist'}
          </Button>
          <Button onClick={editing.discard}>Discard</Button>
        </div>
      )}
    </form>
  );
}

export function Allowlist(): ReactElement {
  const query = useQuery(allowlistQuery);
  const { data } = query;
  return (
    <Card title="Allowlist" hint="nothing else is ever called">
      {query.isPending && <RowsSkeleton rows={3} what="the allowlist" />}
      {query.isError && data === undefined && (
        <ProblemNotice
          error={query.error}
          what="The allowlist"
          onRetry={() => void query.refetch()}
        />
      )}
      {data !== undefined && (
        <>
          <div className="border-b border-hair p-4">
            <p className="font-medium">By the Worker’s variable</p>
            {data.body.byVariable.length === 0 ? (
              <p className="mt-1 text-sub">none</p>
            ) : (
              <ul className="mt-1 font-mono text-[12px] leading-[20px] text-sub">
                {data.body.byVariable.map((pattern) => (
                  <li key={pattern} className="wrap-anywhere">
                    {pattern}
                  </li>
                ))}
              </ul>
            )}
          </div>
          <Editor read={{ part: { [field]: data.body[field] }, etag: data.etag }} />
        </>
      )}
    </Card>
  );
}
