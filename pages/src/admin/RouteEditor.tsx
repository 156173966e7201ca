// One route being made or changed: its form, saving it, and what happens where somebody else was faster.
import { Button } from '@cloudflare/kumo/components/button';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent, type ReactElement } from 'react';
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { FieldError, TextField } from '../ui/Field.tsx';
import { putRoute, readRoute } from './admin-client.ts';
import { setActor, useActor } from './actor.ts';
import { Conflict } from './Conflict.tsx';
import type { Stored, Typed } from './editing.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { keepTyping } from '../ui/kept-typing.ts';
import { noteChange } from './last-change.ts';
import { routeQuery } from './queries.ts';
import { draftOf, emptyDraft, type RouteDraft, routeOf, withoutEmptyLines } from './route-draft.ts';
import { RouteForm, routeFields } from './RouteForm.tsx';
import { storedOrNone, useEditing } from './use-editing.ts';
import { useLeaveQuestion } from './use-leave-question.ts';

type Part = StoredRoute | null;

const form = {
  draftOf: (route: Part) => (route === null ? emptyDraft : draftOf(route)),
  filled: withoutEmptyLines,
};

const kept = keepTyping<Typed<Part, RouteDraft> & { newName: string }>();

export function RouteEditor(props: {
  /** Null for a new one. */
  name: string | null;
  read: Stored<Part>;
  /** A new one is stored, with all that was typed. */
  onMade?: (name: string) => void;
  onGone: () => void;
}): ReactElement | null {
  const client = useQueryClient();
  const keptAs = props.name ?? '';
  const [before] = useState(kept.find(keptAs));
  const [newName, setNewName] = useState(before?.newName ?? '');
  const element = useRef<HTMLFormElement>(null);
  const actor = useActor();
  const name = props.name ?? newName.trim();

  const editing = useEditing({
    form,
    read: props.read,
    typed: before,
    partOf: (filled) => {
      if (props.name === null && name === '')
        return {
          ok: false,
          errors: new Map([['name', 'must be given: it stands in the URL']]),
        };
      const made = routeOf(filled);
      return made.ok ? { ok: true, part: made.route } : made;
    },
    put: ({ part: route, ...sent }) => putRoute({ ...sent, route }),
    readNow: (of) => storedOrNone(readRoute(of)),
    errorsOf: (error, of) => fieldErrors(error, { prefix: `routes.${of}`, fields: routeFields }),
    onSaved: (sent, { changed, etag }) => {
      client.setQueryData(routeQuery(sent.name).queryKey, { route: sent.part, etag });
      setNewName(sent.name);
      noteChange(
        sent.replaces === null ? `Route ${sent.name} was made` : `Route ${sent.name} was saved`,
        changed,
      );
    },
  });
  const { stored, draft, note, errors, faster, isSaving } = editing;
  const isStored = stored.part !== null;
  const isDirty = editing.isDirty || (props.name === null && !isStored && newName !== '');
  useLeaveQuestion(isDirty, isSaving);
  kept.useKeeping(keptAs, isDirty ? { ...editing.typed, newName } : null);
  const isMade = props.name === null && isStored && !isDirty;
  const { onMade, onGone } = props;
  const [isLeft, setLeft] = useState(false);
  useEffect(() => {
    // Once nothing is left to ask about.
    if (isLeft) onGone();
    // oxlint-disable-next-line react/exhaustive-deps -- Once: the page that it leads to takes this one's place.
  }, [isLeft]);
  useEffect(() => {
    if (isMade) onMade?.(name);
    // oxlint-disable-next-line react/exhaustive-deps -- Once: the page that it leads to takes this one's place.
  }, [isMade]);
  useEffect(() => {
    if (errors.size > 0)
      element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    editing.save(name);
  };

  // Deleted elsewhere, and nobody has typed anything: its page says so.
  if (props.name !== null && !isStored && !isDirty && faster === null) return null;
  return (
    <form ref={element} onSubmit={submit} noValidate className="flex min-w-0 flex-col gap-5">
      {faster !== null && (
        <Conflict
          what={`the route ${name}`}
          fields={editing.both?.fields ?? null}
          onTheirs={() => {
            editing.load(faster.theirs);
            if (faster.theirs.part === null) setLeft(true);
          }}
          onMerged={editing.takeBoth}
        />
      )}
      {props.name === null && (
        <TextField
          label="Name"
          mono
          required
          value={newName}
          disabled={isStored}
          onChange={setNewName}
          error={errors.get('name')}
          placeholder="orders"
          hint={`Senders use /r/${name === '' ? 'orders' : name}. Lower-case letters, digits, _ and -; it cannot be changed later.`}
        />
      )}
      <RouteForm draft={draft} errors={errors} onChange={editing.setDraft} />
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
            onChange={editing.setNote}
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
            {isDirty && isStored && <Button onClick={editing.discard}>Discard</Button>}
            <Button
              type="submit"
              variant="primary"
              disabled={!isDirty || isSaving || faster !== null}
            >
              {isSaving ? 'Saving…' : isStored ? 'Save' : 'Make the route'}
            </Button>
          </div>
        </div>
      </div>
    </form>
  );
}
