// One route being made or changed: its form, saving it, and what happens where somebody else was faster.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { Problem } from '../api/http.ts';
import { FieldError, TextField } from '../ui/Field.tsx';
import { type Precondition, putRoute, readRoute } from './admin-client.ts';
import { setActor, useActor } from './actor.ts';
import { Conflict } from './Conflict.tsx';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { keepTyping } from './kept-typing.ts';
import { noteChange } from './last-change.ts';
import { mergeChanges, same } from './merge.ts';
import { askAgain, routeQuery } from './queries.ts';
import type { FieldErrors } from './draft-fields.ts';
import { draftOf, emptyDraft, routeOf, withoutEmptyLines } from './route-draft.ts';
import { RouteForm, routeFields } from './RouteForm.tsx';
import { useLeaveQuestion } from './use-leave-question.ts';

/** What is stored, as it was read. */
export interface Stored {
  route: StoredRoute;
  etag: string;
}

/** What stands there now that ours was refused; null: nothing any more. */
type Faster = { mine: StoredRoute; theirs: Stored | null };

/** What is saved, and the fields that it was made of: whoever types on changes those, and not what is under way. */
type Sent = {
  name: string;
  route: StoredRoute;
  draft: typeof emptyDraft;
  note: string;
  replaces: Precondition;
};

const none: FieldErrors = new Map();

const kept = keepTyping<{
  stored: Stored | null;
  draft: typeof emptyDraft;
  newName: string;
  note: string;
}>();

export function RouteEditor(props: {
  /** Null for a new one. */
  name: string | null;
  stored: Stored | null;
  /** A new one is stored, with all that was typed. */
  onMade?: (name: string) => void;
  onGone: () => void;
}): ReactElement {
  const client = useQueryClient();
  const keptAs = props.name ?? '';
  const [before] = useState(
    kept.find(keptAs) ?? {
      stored: props.stored,
      draft: props.stored === null ? emptyDraft : draftOf(props.stored.route),
      newName: '',
      note: '',
    },
  );
  const [stored, setStored] = useState(before.stored);
  const [seenEtag, setSeenEtag] = useState(props.stored?.etag ?? '');
  const [draft, setDraft] = useState(before.draft);
  const [newName, setNewName] = useState(before.newName);
  const [note, setNote] = useState(before.note);
  const [errors, setErrors] = useState(none);
  const [faster, setFaster] = useState<Faster | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const actor = useActor();
  const name = props.name ?? newName.trim();

  const untouched = stored === null ? emptyDraft : draftOf(stored.route);
  const isDirty =
    !same(draft, untouched) || (props.name === null && stored === null && newName !== '');
  // What was changed elsewhere (an undo) is shown at once, unless it would take the reader's own text away: then
  // saving says that both changed it.
  if (props.stored !== null && props.stored.etag !== seenEtag) {
    setSeenEtag(props.stored.etag);
    if (!isDirty) {
      setStored(props.stored);
      setDraft(draftOf(props.stored.route));
    }
  }

  const save = useMutation({
    mutationFn: putRoute,
    onSuccess: ({ body: changed, etag }, sent: Sent) => {
      const { route } = sent;
      // At once, since it may be undone before it is read again: what an undo brings would pass for nothing new.
      setStored({ route, etag });
      client.setQueryData(routeQuery(sent.name).queryKey, { route, etag });
      setDraft((now) => (same(now, sent.draft) ? draftOf(route) : now));
      setNewName(sent.name);
      setErrors(none);
      setNote((now) => (now === sent.note ? '' : now));
      noteChange(
        sent.replaces === null ? `Route ${sent.name} was made` : `Route ${sent.name} was saved`,
        changed,
      );
      void askAgain(client);
    },
    onError: async (error, sent) => {
      if (error instanceof Problem && error.status === 412) {
        setErrors(none);
        try {
          const theirs = await readNow(sent.name);
          // An answer that was lost: it is what we sent before.
          if (theirs !== null && same(theirs.route, sent.route)) {
            save.mutate({ ...sent, replaces: theirs.etag });
          } else setFaster({ mine: sent.route, theirs });
        } catch (unread) {
          setErrors(fieldErrors(unread, { prefix: '', fields: [] }));
        }
        return;
      }
      setErrors(fieldErrors(error, { prefix: `routes.${sent.name}`, fields: routeFields }));
    },
  });
  useLeaveQuestion(isDirty, save.isPending);
  kept.useKeeping(keptAs, isDirty ? { stored, draft, newName, note } : null);
  const isMade = props.name === null && stored !== null && !isDirty;
  const { onMade } = props;
  useEffect(() => {
    if (isMade) onMade?.(name);
    // oxlint-disable-next-line react/exhaustive-deps -- Once: the page that it leads to takes this one's place.
  }, [isMade]);
  useEffect(() => {
    if (errors.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const filled = withoutEmptyLines(draft);
    setDraft(filled);
    if (props.name === null && name === '') {
      setErrors(new Map([['name', 'must be given: it stands in the URL']]));
      return;
    }
    const made = routeOf(filled);
    if (made.ok)
      save.mutate({
        name,
        route: made.route,
        draft: filled,
        note,
        replaces: stored?.etag ?? null,
      });
    else setErrors(made.errors);
  };
  const base = stored?.route ?? null;
  const merge =
    faster?.theirs == null
      ? null
      : mergeChanges(base ?? faster.theirs.route, faster.mine, faster.theirs.route);

  return (
    <form ref={form} onSubmit={submit} noValidate className="flex min-w-0 flex-col gap-5">
      {faster !== null && (
        <Conflict
          what={`the route ${name}`}
          fields={merge?.fields ?? null}
          onTheirs={() => {
            setFaster(null);
            if (faster.theirs === null) {
              props.onGone();
              return;
            }
            setStored(faster.theirs);
            setDraft(draftOf(faster.theirs.route));
          }}
          onMerged={() => {
            setFaster(null);
            setStored(faster.theirs);
            setDraft(draftOf(merge?.merged ?? faster.mine));
          }}
        />
      )}
      {props.name === null && (
        <TextField
          label="Name"
          mono
          required
          value={newName}
          disabled={stored !== null}
          onChange={setNewName}
          error={errors.get('name')}
          placeholder="orders"
          hint={`Senders use /r/${name === '' ? 'orders' : name}. Lower-case letters, digits, _ and -; it cannot be changed later.`}
        />
      )}
      <RouteForm draft={draft} errors={errors} onChange={setDraft} />
      <div className="z-10 flex flex-col gap-3 rounded-[10px] border border-line bg-base px-4 py-3 shadow-tl sm:sticky sm:bottom-0">
        {errors.get(wholeForm) !== undefined && (
          <div role="alert">
            <FieldError>{errors.get(wholeForm)}</FieldError>
          </div>
        )}
        <div className="grid gap-3 sm:grid-cols-[1fr_180px_auto] sm:items-end">
          <TextField
            label="Why (for the versions)"
            value={note}
            onChange={setNote}
            error={errors.get('note')}
            placeholder="ship by the new service"
          />
          <TextField
            label="Your name"
            value={actor}
            onChange={setActor}
            placeholder="dana@example.com"
          />
          <div className="flex items-center gap-2">
            {isDirty && stored !== null && (
              <Button
                onClick={() => {
                  setDraft(draftOf(stored.route));
                  setErrors(none);
                }}
              >
                Discard
              </Button>
            )}
            <Button
              type="submit"
              variant="primary"
              disabled={!isDirty || save.isPending || faster !== null}
            >
              {save.isPending ? 'Saving…' : stored === null ? 'Make the route' : 'Save'}
            </Button>
          </div>
        </div>
      </div>
    </form>
  );
}

async function readNow(name: string): Promise<Stored | null> {
  try {
    const { body, etag } = await readRoute(name);
    return { route: body, etag };
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}
