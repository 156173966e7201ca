// Which destinations may be called: those of the Worker's variables, and those stored beside them.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Problem } from '../api/http.ts';
import { FieldError, LinesField } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, RowsSkeleton } from '../ui/Page.tsx';
import { putAllowlist } from './admin-client.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { noteChange } from './last-change.ts';
import { same } from './merge.ts';
import { allowlistQuery, askAgain } from './queries.ts';

const field = 'allowedDestinations';

/** Of one state of what is stored: another is edited anew. */
function Editor(props: { stored: readonly string[]; etag: string }): ReactElement {
  const client = useQueryClient();
  const [lines, setLines] = useState<string[]>([...props.stored]);
  const filled = lines.map((line) => line.trim()).filter((line) => line !== '');
  const isDirty = !same(filled, props.stored);
  const save = useMutation({
    mutationFn: () => putAllowlist({ allowedDestinations: filled, replaces: props.etag }),
    onSuccess: ({ body: changed, etag }) => {
      // At once, since it may be undone before it is read again: what an undo brings would pass for nothing new.
      client.setQueryData(
        allowlistQuery.queryKey,
        (known) => known && { body: { ...known.body, allowedDestinations: filled }, etag },
      );
      noteChange('The allowlist was saved', changed);
      return askAgain(client);
    },
  });
  const isStale = save.error instanceof Problem && save.error.status === 412;
  const errors =
    save.error === null || isStale
      ? new Map<string, string>()
      : fieldErrors(save.error, { prefix: '', fields: [field] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setLines(filled);
    save.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 p-4">
      <LinesField
        label="Stored"
        of="pattern"
        values={lines}
        onChange={(next) => {
          save.reset();
          setLines(next);
        }}
        placeholder="https://*.netlify.app"
        error={errors.get(field)}
        errorAt={(index) => errors.get(`${field}.${index}`)}
        hint="such as https://jobs.example.com/hooks/*; without a path every path"
      />
      {isStale && (
        <div role="alert" className="flex flex-wrap items-center gap-3">
          <FieldError>Somebody changed the allowlist meanwhile; yours was not stored.</FieldError>
          <button type="button" className="btn" onClick={() => void askAgain(client)}>
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
          <Button type="submit" variant="primary" disabled={save.isPending}>
            {save.isPending ? 'Saving…' : 'Save the allowlist'}
          </Button>
          <Button
            onClick={() => {
              save.reset();
              setLines([...props.stored]);
            }}
          >
            Discard
          </Button>
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
          <Editor key={data.etag} stored={data.body.allowedDestinations} etag={data.etag} />
        </>
      )}
    </Card>
  );
}
