// What is known of one destination: its job's name, its time, whether it is slow.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent, type ReactElement } from 'react';
import type { Changed } from '../../../src/api/admin/views.ts';
import type { KnownDestination } from '../../../src/config/configuration.ts';
import { isMissing, isOvertaken } from '../api/http.ts';
import { CheckField, FieldError, TextField } from '../ui/Field.tsx';
import { ProblemNotice } from '../ui/Notice.tsx';
import { Card, RowsSkeleton } from '../ui/Page.tsx';
import { useHandBackFocus } from '../ui/use-hand-back-focus.ts';
import { deleteDestination, putDestination, readDestination } from './admin-client.ts';
import { nothingStored, type Stored, type Typed } from './editing.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { keepTyping } from '../ui/kept-typing.ts';
import { noteChange } from './last-change.ts';
import { askAgain } from './queries.ts';
import { storedOrNone, useEditing } from './use-editing.ts';

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
type Part = KnownDestination | null;

/** What stands in the fields. */
interface Draft {
  job: string;
  isSlow: boolean;
  worksInBackground: boolean;
  seconds: string;
  limit: string;
}

function draftOf(part: Part): Draft {
  const known = part ?? unknown;
  const { job, isSlow, worksInBackground, attemptTimeoutSeconds, concurrencyLimit } = known;
  return {
    job: job ?? '',
    isSlow,
    worksInBackground,
    seconds: attemptTimeoutSeconds === null ? '' : String(attemptTimeoutSeconds),
    limit: String(concurrencyLimit ?? ''),
  };
}

function knownOf({ job, isSlow, worksInBackground, seconds, limit }: Draft): KnownDestination {
  return {
    job: job.trim() || null,
    isSlow,
    worksInBackground,
    attemptTimeoutSeconds: seconds.trim() === '' ? null : Number(seconds),
    ...(limit.trim() !== '' && { concurrencyLimit: Number(limit) }),
  };
}

const form = { draftOf, filled: (draft: Draft) => draft };

const kept = keepTyping<Typed<Part, Draft> & { newUrl: string }>();

function overtakenText({ part: began }: Stored<Part>, { part: now }: Stored<Part>): string {
  if (began === null) return 'It is described already.';
  return now === null
    ? 'It is not described any more; yours was not stored.'
    : 'Somebody changed it meanwhile; yours was not stored.';
}

function note(of: string, changed: Changed): void {
  noteChange(`The destination ${of} was changed`, changed);
}

/** @returns what stands there in the place of what was to go; null: nothing does, whoever took it away */
async function forget(of: {
  url: string;
  replaces: string;
}): Promise<{ changed: Changed | null; other: Stored<Part> | null }> {
  try {
    return { changed: await deleteDestination(of), other: null };
  } catch (error) {
    if (!isMissing(error) && !isOvertaken(error)) throw error;
    const now = await storedOrNone(readDestination(of.url));
    return { changed: null, other: now.part === null ? null : now };
  }
}

function Fields(props: {
  /** Empty for a new one. */
  url: string;
  read: Stored<Part>;
  onDone: () => void;
}): ReactElement {
  const client = useQueryClient();
  const [before] = useState(kept.find(props.url));
  const [newUrl, setNewUrl] = useState(before?.newUrl ?? '');
  const [isSaved, setSaved] = useState(false);
  const url = props.url === '' ? newUrl.trim() : props.url;
  const editing = useEditing({
    form,
    read: props.read,
    typed: before,
    partOf: (draft) => ({ ok: true, part: knownOf(draft) }),
    put: ({ name, part, ...sent }) => putDestination({ ...sent, url: name, known: part }),
    readNow: (of) => storedOrNone(readDestination(of)),
    errorsOf: (error, of) => fieldErrors(error, { prefix: `destinations.${of}`, fields }),
    onSaved: ({ name, part }, { changed }) => {
      setNewUrl(name);
      setSaved(true);
      note(part.job ?? name, changed);
    },
  });
  const { stored, draft, isDirty, isSaving } = editing;
  const { job, isSlow, worksInBackground, seconds, limit } = draft;
  const { etag: replaces } = stored;
  const isStored = replaces !== null;
  const isTyped = isDirty || (!isStored && newUrl !== '');
  kept.useKeeping(props.url, isTyped ? { ...editing.typed, newUrl } : null);
  const change = (next: Partial<Draft>): void => editing.setDraft({ ...draft, ...next });
  const remove = useMutation({
    mutationFn: forget,
    onSuccess: ({ changed }) => {
      if (changed !== null) note(stored.part?.job ?? url, changed);
    },
    onSettled: () => void askAgain(client),
  });
  const theirs = editing.faster?.theirs ?? remove.data?.other ?? null;
  const isForgotten = theirs !== null && theirs.part === null && isStored;
  // Closed once all that was typed is stored: whoever has typed on meanwhile, or opened another, goes on with that.
  const isDone = remove.data?.other === null || (isSaved && !isTyped);
  const { onDone } = props;
  useEffect(() => {
    if (isDone) onDone();
    // oxlint-disable-next-line react/exhaustive-deps -- Once: it closes by that.
  }, [isDone]);
  const errors =
    remove.error === null ? editing.errors : fieldErrors(remove.error, { prefix: '', fields: [] });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    remove.reset();
    editing.save(url);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4 p-4">
      <TextField
        label="URL"
        mono
        value={props.url === '' ? newUrl : props.url}
        disabled={props.url !== '' || isStored}
        onChange={setNewUrl}
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
      {theirs !== null && (
        <div role="alert" className="flex flex-wrap items-center gap-3">
          <FieldError>{overtakenText(stored, theirs)}</FieldError>
          {isForgotten ? (
            <button type="button" className="btn" onClick={editing.takeBoth}>
              Describe it again
            </button>
          ) : (
            <button
              type="button"
              className="btn"
              onClick={() => {
                remove.reset();
                editing.load(theirs);
              }}
            >
              Load what is stored
            </button>
          )}
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
          disabled={isSaving || remove.isPending || url === ''}
        >
          {isSaving ? 'Saving…' : 'Save'}
        </Button>
        <Button onClick={props.onDone}>Cancel</Button>
        <span className="flex-1" />
        {replaces !== null && (
          <button
            type="button"
            className="btn text-fail"
            disabled={isSaving || remove.isPending}
            onClick={() => remove.mutate({ url, replaces })}
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
  // When it was opened: a description that is made from here takes no fields away.
  const [isKnown] = useState(props.isKnown);
  const query = useQuery({
    queryKey: ['destination', props.url],
    queryFn: ({ signal }) => readDestination(props.url, signal),
    enabled: isKnown,
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const { data } = query;
  const read = data === undefined ? nothingStored : { part: data.body, etag: data.etag };
  return (
    <Card title={props.url === '' ? 'Describe a destination' : 'What is known of it'}>
      {isKnown && query.isPending && <RowsSkeleton rows={3} what="the destination" />}
      {query.isError && (
        <ProblemNotice
          error={query.error}
          what="The destination"
          onRetry={() => void query.refetch()}
        />
      )}
      {(!isKnown || data !== undefined) && (
        <Fields url={props.url} read={read} onDone={props.onDone} />
      )}
    </Card>
  );
}
