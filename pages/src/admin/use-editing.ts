// Edits a stored part of the configuration in a form: keeps the draft, saves it over what it began with and nothing else,
// and says what to do where somebody else was faster. What is right of a change is editing.ts's.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Changed } from '../../../src/api/admin/views.ts';
import { isMissing, isOvertaken, Problem } from '../api/http.ts';
import type { FieldErrors } from './draft-fields.ts';
import {
  beginEditing,
  bothChanges,
  type DraftForm,
  type Editing,
  isDirty,
  isOwn,
  load,
  nothingStored,
  type Sent,
  type Stored,
  takeBoth,
  type Typed,
  whenRead,
  whenSaved,
} from './editing.ts';
import type { Merge } from './merge.ts';
import { askAgain } from './queries.ts';

const none: FieldErrors = new Map();

/** What a draft makes, or what cannot be read of it. */
export type Made<Part> = { ok: true; part: NonNullable<Part> } | { ok: false; errors: FieldErrors };

/** The API has said no: it is stored nowhere. */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.status >= 400 && error.status < 500;
}

/** What is read, or that there is none. */
export async function storedOrNone<Part>(
  read: Promise<{ body: Part; etag: string }>,
): Promise<Stored<Part | null>> {
  try {
    const { body, etag } = await read;
    return { part: body, etag };
  } catch (error) {
    if (isMissing(error)) return nothingStored;
    throw error;
  }
}

export interface EditingOf<Part extends object | null, Draft extends object> {
  form: DraftForm<Part, Draft>;
  /** As the query has it. */
  read: Stored<Part>;
  /** What had been typed before, where somebody goes on. */
  typed: Typed<Part, Draft> | undefined;
  /** @param stored what the draft began with: what no field shows stays as it is there */
  partOf: (draft: Draft, stored: Part) => Made<Part>;
  put: (sent: Sent<Part, Draft>) => Promise<{ body: Changed; etag: string }>;
  /** What stands there now, past every cache. */
  readNow: (name: string) => Promise<Stored<Part>>;
  /** Which of the form's fields an error of the API belongs to. */
  errorsOf: (error: unknown, name: string) => FieldErrors;
  /**
   * It is stored. The query is told here what it would read: it may be undone before it is read again, and what an undo
   * brings would pass for nothing new.
   */
  onSaved: (sent: Sent<Part, Draft>, saved: { changed: Changed; etag: string }) => void;
}

export interface EditingForm<Part extends object | null, Draft extends object> extends Editing<
  Part,
  Draft
> {
  /** For whoever keeps it while the reader is away. */
  typed: Typed<Part, Draft>;
  isDirty: boolean;
  isSaving: boolean;
  errors: FieldErrors;
  setErrors: (errors: FieldErrors) => void;
  setDraft: (draft: Draft) => void;
  setNote: (note: string) => void;
  /** Saves the draft without its empty lines, which are gone from the form then, too. */
  save: (name: string) => void;
  /** Back to what the draft began with. */
  discard: () => void;
  /** Ours and theirs, where somebody was faster and it has not been deleted. */
  both: Merge<NonNullable<Part>> | null;
  /** What stands there takes the draft's place. */
  load: (stored: Stored<Part>) => void;
  takeBoth: () => void;
}

export function useEditing<Part extends object | null, Draft extends object>(
  of: EditingOf<Part, Draft>,
): EditingForm<Part, Draft> {
  const { form } = of;
  const client = useQueryClient();
  const [editing, setEditing] = useState(() => beginEditing(form, of.read, of.typed));
  const [errors, setErrors] = useState(none);
  if (of.read.etag !== editing.seen) setEditing((now) => whenRead(form, now, of.read));
  const change = (next: Partial<Editing<Part, Draft>>): void =>
    setEditing((now) => ({ ...now, ...next }));
  const mutation = useMutation({
    mutationFn: of.put,
    onSuccess: ({ body: changed, etag }, sent) => {
      setEditing((now) => whenSaved(form, now, { sent, etag }));
      setErrors(none);
      of.onSaved(sent, { changed, etag });
      void askAgain(client);
    },
    onError: async (error, sent: Sent<Part, Draft>) => {
      if (!isOvertaken(error)) {
        if (!isRefusal(error))
          setEditing((now) => ({ ...now, unanswered: [...now.unanswered, sent.part] }));
        setErrors(of.errorsOf(error, sent.name));
        return;
      }
      setErrors(none);
      try {
        const theirs = await of.readNow(sent.name);
        if (isOwn(editing, sent, theirs)) mutation.mutate({ ...sent, replaces: theirs.etag });
        else change({ faster: { sent, theirs } });
      } catch (unread) {
        setErrors(of.errorsOf(unread, sent.name));
      }
    },
  });
  const { stored, draft, note, unanswered } = editing;
  return {
    ...editing,
    typed: { stored, draft, note, unanswered },
    isDirty: isDirty(form, editing),
    isSaving: mutation.isPending,
    errors,
    setErrors,
    setDraft: (next) => change({ draft: next }),
    setNote: (next) => change({ note: next }),
    save: (name) => {
      const filled = form.filled(draft);
      change({ draft: filled });
      const made = of.partOf(filled, stored.part);
      if (made.ok)
        mutation.mutate({ name, part: made.part, draft: filled, note, replaces: stored.etag });
      else setErrors(made.errors);
    },
    discard: () => {
      change({ draft: form.draftOf(stored.part) });
      setErrors(none);
    },
    both: bothChanges(editing),
    load: (next) => {
      setEditing((now) => load(form, now, next));
      setErrors(none);
    },
    takeBoth: () => setEditing((now) => takeBoth(form, now)),
  };
}
