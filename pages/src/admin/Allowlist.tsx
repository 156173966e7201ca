// Which destinations may be called: those of the Worker's variables, and those stored beside them.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { Problem } from '../api/http.ts';
import { FieldError, LinesField } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, RowsSkeleton } from '../ui/Page.tsx';
import { putAllowlist, readAllowlist } from './admin-client.ts';
import { filled } from './draft-fields.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { keepTyping } from './kept-typing.ts';
import { noteChange } from './last-change.ts';
import { same } from './merge.ts';
import { allowlistQuery, askAgain } from './queries.ts';

const field = 'allowedDestinations';

interface Stored {
  lines: readonly string[];
  etag: string;
}

const kept = keepTyping<{ stored: Stored; lines: string[] }>();
const keptAs = '';

function Editor(props: { stored: Stored }): ReactElement {
  const client = useQueryClient();
  const [before] = useState(
    kept.find(keptAs) ?? { stored: props.stored, lines: [...props.stored.lines] },
  );
  const [stored, setStored] = useState(before.stored);
  const [seenEtag, setSeenEtag] = useState(props.stored.etag);
  const [lines, setLines] = useState(before.lines);
  const wanted = filled(lines);
  const isDirty = !same(wanted, stored.lines);
  kept.useKeeping(keptAs, isDirty ? { stored, lines } : null);
  const load = (next: Stored): void => {
    setStored(next);
    setLines([...next.lines]);
  };
  // As with a route: what was changed elsewhere is shown, unless it would take the reader's own text away.
  if (props.stored.etag !== seenEtag) {
    setSeenEtag(props.stored.etag);
    if (!isDirty) load(props.stored);
  }
  const save = useMutation({
    mutationFn: putAllowlist,
    onSuccess: ({ body: changed, etag }, { allowedDestinations: sent }) => {
      // At once, since it may be undone before it is read again: what an undo brings would pass for nothing new.
      setStored({ lines: sent, etag });
      client.setQueryData(
        allowlistQuery.queryKey,
        (known) => known && { body: { ...known.body, allowedDestinations: sent }, etag },
      );
      noteChange('The allowlist was saved', changed);
      void askAgain(client);
    },
    onError: async (refusal, sent) => {
      if (!(refusal instanceof Problem) || refusal.status !== 412) return;
      const now = await readAllowlist().catch(() => null);
      // An answer that was lost: it is what we sent before.
      if (now !== null && same(now.body.allowedDestinations, sent.allowedDestinations))
        save.mutate({ ...sent, replaces: now.etag });
    },
  });
  const loadNow = async (): Promise<void> => {
    await askAgain(client);
    const now = client.getQueryData(allowlistQuery.queryKey);
    if (now === undefined || now.etag === stored.etag) return;
    save.reset();
    load({ lines: now.body.allowedDestinations, etag: now.etag });
  };
  const isStale = save.error instanceof Problem && save.error.status === 412;
  const errors =
    save.error === null || isStale
      ? new Map<string, string>()
      : fieldErrors(save.error, { prefix: '', fields: [field] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setLines(wanted);
    save.mutate({ allowedDestinations: wanted, replaces: stored.etag });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 p-4">
      <LinesField
        label="Stored"
        of="pattern"
        values={lines}
        onChange={(next) => {
          // What is under way stays known.
          if (!save.isPending) save.reset();
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
          <button type="button" className="btn" onClick={() => void loadNow()}>
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
              if (!save.isPending) save.reset();
              setLines([...stored.lines]);
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
          <Editor stored={{ lines: data.body.allowedDestinations, etag: data.etag }} />
        </>
      )}
    </Card>
  );
}
