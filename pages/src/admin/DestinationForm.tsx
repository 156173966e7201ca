// What is known of one destination: its job's name, its time, whether it is slow.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent, type ReactElement } from 'react';
import type { Changed } from '../../../src/api/admin/views.ts';
import type { KnownDestination } from '../../../src/config/configuration.ts';
import { Problem } from '../api/http.ts';
import { CheckField, FieldError, TextField } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, RowsSkeleton } from '../ui/Page.tsx';
import { useHandBackFocus } from '../ui/use-hand-back-focus.ts';
import { deleteDestination, putDestination, readDestination } from './admin-client.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { noteChange } from './last-change.ts';
import { same } from './merge.ts';
import { askAgain } from './queries.ts';

const unknown: KnownDestination = {
  job: null,
  isSlow: false,
  worksInBackground: false,
  attemptTimeoutSeconds: null,
};
const fields = [
  'url',
  'job',
  'isSlow',
  'worksInBackground',
  'attemptTimeoutSeconds',
  'concurrencyLimit',
];
/** A new one has none. */
type Tag = string | null;

/** What stands in the fields. */
interface Typed {
  url: string;
  job: string;
  isSlow: boolean;
  worksInBackground: boolean;
  seconds: string;
  limit: string;
}

function typedOf(url: string, known: KnownDestination): Typed {
  const { job, isSlow, worksInBackground, attemptTimeoutSeconds, concurrencyLimit } = known;
  return {
    url,
    job: job ?? '',
    isSlow,
    worksInBackground,
    seconds: attemptTimeoutSeconds === null ? '' : String(attemptTimeoutSeconds),
    limit: String(concurrencyLimit ?? ''),
  };
}

function knownOf({ job, isSlow, worksInBackground, seconds, limit }: Typed): KnownDestination {
  return {
    job: job.trim() || null,
    isSlow,
    worksInBackground,
    attemptTimeoutSeconds: seconds.trim() === '' ? null : Number(seconds),
    ...(limit.trim() !== '' && { concurrencyLimit: Number(limit) }),
  };
}

function Fields(props: {
  url: string;
  known: KnownDestination;
  etag: Tag;
  onReload: () => void;
  onDone: () => void;
}): ReactElement {
  const client = useQueryClient();
  const [etag, setEtag] = useState(props.etag);
  const [typed, setTyped] = useState(() => typedOf(props.url, props.known));
  const { url, job, isSlow, worksInBackground, seconds, limit } = typed;
  const change = (next: Partial<Typed>): void => setTyped((now) => ({ ...now, ...next }));
  const note = (of: Typed, changed: Changed): void => {
    noteChange(`The destination ${of.job.trim() || of.url} was changed`, changed);
    void askAgain(client);
  };
  const save = useMutation({
    mutationFn: (sent: Typed) =>
      putDestination({ url: sent.url.trim(), known: knownOf(sent), note: '', replaces: etag }),
    onSuccess: ({ body: changed, etag: next }, sent) => {
      setEtag(next);
      setSaved(sent);
      note(sent, changed);
    },
  });
  const remove = useMutation({
    mutationFn: (replaces: string) => deleteDestination({ url: url.trim(), replaces }),
    onSuccess: (changed) => note(typed, changed),
  });
  // Closed once all that was typed is stored: whoever has typed on meanwhile, or opened another, goes on with that.
  const [saved, setSaved] = useState<Typed | null>(null);
  const isDone = remove.isSuccess || (saved !== null && same(saved, typed));
  const { onDone } = props;
  useEffect(() => {
    if (isDone) onDone();
    // oxlint-disable-next-line react/exhaustive-deps -- Once: it closes by that.
  }, [isDone]);
  const failed = save.error ?? remove.error;
  const isStale = failed instanceof Problem && failed.status === 412;
  const errors =
    failed === null || isStale
      ? new Map<string, string>()
      : fieldErrors(failed, { prefix: `destinations.${url.trim()}`, fields });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(typed);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4 p-4">
      <TextField
        label="URL"
        mono
        value={url}
        disabled={props.url !== '' || etag !== null}
        onChange={(next) => change({ url: next })}
        placeholder="https://jobs.example.com/charge-card"
        error={errors.get('url')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Job’s name"
          value={job}
          onChange={(next) => change({ job: next })}
          error={errors.get('job')}
          hint="in correlation IDs; empty: the last part of the address"
        />
        <TextField
          label="Time for one attempt (s)"
          type="number"
          value={seconds}
          onChange={(next) => change({ seconds: next })}
          error={errors.get('attemptTimeoutSeconds')}
          hint="empty: the route’s or the Worker’s"
        />
        <TextField
          label="Runs at once, at most"
          type="number"
          value={limit}
          onChange={(next) => change({ limit: next })}
          error={errors.get('concurrencyLimit')}
          hint="what its platform allows, such as a Lambda’s reserved concurrency; only shown beside how many ran"
        />
      </div>
      <CheckField
        label="It is slow"
        hint="takes longer than a broadcast may, up to 15 minutes: delivered from the queue from the start"
        checked={isSlow}
        onChange={(next) => change({ isSlow: next })}
      />
      <CheckField
        label="It works in the background"
        hint="goes on after it has answered, up to 15 minutes after its start: what it writes then is its own"
        checked={worksInBackground}
        onChange={(next) => change({ worksInBackground: next })}
      />
      {isStale && (
        <div role="alert" className="flex flex-wrap items-center gap-3">
          <FieldError>
            {etag === null
              ? 'It is described already.'
              : 'Somebody changed it meanwhile; yours was not stored.'}
          </FieldError>
          <button type="button" className="btn" onClick={props.onReload}>
            Load what is stored
          </button>
        </div>
      )}
      {errors.get(wholeForm) !== undefined && (
        <div role="alert">
          <FieldError>{errors.get(wholeForm)}</FieldError>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          type="submit"
          variant="primary"
          disabled={save.isPending || remove.isPending || url.trim() === ''}
        >
          {save.isPending ? 'Saving…' : 'Save'}
        </Button>
        <Button onClick={props.onDone}>Cancel</Button>
        <span className="flex-1" />
        {etag !== null && (
          <button
            type="button"
            className="btn text-fail"
            disabled={save.isPending || remove.isPending}
            onClick={() => remove.mutate(etag)}
          >
            Forget it
          </button>
        )}
      </div>
    </form>
  );
}

export function DestinationForm(props: {
  /** Empty for a new one. */
  url: string;
  isKnown: boolean;
  onDone: () => void;
}): ReactElement {
  useHandBackFocus();
  const query = useQuery({
    queryKey: ['destination', props.url],
    queryFn: ({ signal }) => readDestination(props.url, signal),
    enabled: props.isKnown,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const { data } = query;
  return (
    <Card title={props.url === '' ? 'Describe a destination' : 'What is known of it'}>
      {props.isKnown && query.isPending && <RowsSkeleton rows={3} what="the destination" />}
      {query.isError && (
        <ProblemNotice
          error={query.error}
          what="The destination"
          onRetry={() => void query.refetch()}
        />
      )}
      {(!props.isKnown || data !== undefined) && (
        <Fields
          key={data?.etag ?? 'new'}
          url={props.url}
          known={data?.body ?? unknown}
          etag={data?.etag ?? null}
          onReload={() => void query.refetch()}
          onDone={props.onDone}
        />
      )}
    </Card>
  );
}
