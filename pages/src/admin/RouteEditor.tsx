// One route being made or changed: its form, saving it, and what happens where somebody else was faster.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { Problem } from '../api/http.ts';
import { FieldError, TextField } from '../ui/Field.tsx';
import { putRoute, readRoute } from './admin-client.ts';
import { setActor, useActor } from './actor.ts';
import { Conflict } from './Conflict.tsx';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { noteChange } from './last-change.ts';
import { mergeChanges, same } from './merge.ts';
import { askAgain, routeQuery } from './queries.ts';
import type { FieldErrors } from './draft-fields.ts';
import { draftOf, emptyDraft, routeOf, withoutEmptyLines } from './route-draft.ts';
import { RouteForm, routeFields } from './RouteForm.tsx';

/** What is stored, as it was read. */
export interface Stored {
  route: StoredRoute;
  etag: string;
}

/** What stands there now that ours was refused; null: nothing any more. */
type Faster = { mine: StoredRoute; theirs: Stored | null };

/** What is saved, and the fields that it was made of. */
type Sent = { route: StoredRoute; draft: typeof emptyDraft };

const none: FieldErrors = new Map();

export function RouteEditor(props: {
  /** Null for a new one. */
  name: string | null;
  stored: Stored | null;
  onSaved: (name: string) => void;
  onGone: () => void;
}): ReactElement {
  const client = useQueryClient();
  const [stored, setStored] = useState(props.stored);
  const [seenEtag, setSeenEtag] = useState(props.stored?.etag ?? '');
  const [draft, setDraft] = useState(
    props.stored === null ? emptyDraft : draftOf(props.stored.route),
  );
  const [newName, setNewName] = useState('');
  const [note, setNote] = useState('');
  const [errors, setErrors] = useState(none);
  const [faster, setFaster] = useState<Faster | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const actor = useActor();
  const name = props.name ?? newName.trim();

  const untouched = stored === null ? emptyDraft : draftOf(stored.route);
  const isDirty = !same(draft, untouched) || (props.name === null && newName !== '');
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
    mutationFn: ({ route }: Sent) =>
      putRoute({ name, route, note, replaces: stored?.etag ?? null }),
    onSuccess: async ({ body: changed, etag }, { route, draft: sent }) => {
      // At once, since it may be undone before it is read again: what an undo brings would pass for nothing new.
      setStored({ route, etag });
      client.setQueryData(routeQuery(name).queryKey, { route, etag });
      setDraft((now) => (same(now, sent) ? draftOf(route) : now));
      setErrors(none);
      setNote('');
      noteChange(stored === null ? `Route ${name} was made` : `Route ${name} was saved`, changed);
      await askAgain(client);
      props.onSaved(name);
    },
    onError: async (error, { route }) => {
      if (error instanceof Problem && error.status === 412) {
        setErrors(none);
        try {
          setFaster({ mine: route, theirs: await readNow(name) });
        } catch (unread) {
          setErrors(fieldErrors(unread, { prefix: '', fields: [] }));
        }
        return;
      }
      setErrors(fieldErrors(error, { prefix: `routes.${name}`, fields: routeFields }));
    },
  });
  // While it is being saved and after, leaving is what was meant.
  const isGuarded = isDirty && !save.isPending && !save.isSuccess;
  useBlocker({
    shouldBlockFn: () =>
      isGuarded && !globalThis.confirm('Leave without saving? What you changed is lost.'),
    enableBeforeUnload: () => isGuarded,
  });
  useEffect(() => {
    if (errors.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const change = (next: typeof draft): void => {
    save.reset();
    setDraft(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const filled = withoutEmptyLines(draft);
    setDraft(filled);
    if (props.name === null && name === '') {
      setErrors(new Map([['name', 'must be given: it stands in the URL']]));
      return;
    }
    const made = routeOf(filled);
    if (made.ok) save.mutate({ route: made.route, draft: filled });
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
          onChange={(text) => {
            save.reset();
            setNewName(text);
          }}
          error={errors.get('name')}
          placeholder="orders"
          hint={`Senders use /r/${name === '' ? 'orders' : name}. Lower-case letters, digits, _ and -; it cannot be changed later.`}
        />
      )}
      <RouteForm draft={draft} errors={errors} onChange={change} />
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
                  change(draftOf(stored.route));
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
