// A stored part of the configuration while somebody edits it: what their draft began with, and what becomes of the draft
// when it is saved, when somebody else was faster, and when an answer was lost. Pure: nothing is asked or drawn here.
import type { Precondition } from './admin-client.ts';
import { type Merge, mergeChanges, same } from './merge.ts';

/** As it was read. A part that is not stored yet, or no longer, is null and has no etag. */
export interface Stored<Part> {
  part: Part;
  etag: Precondition;
}

export const nothingStored: Stored<null> = { part: null, etag: null };

/** What is saved, and the fields that it was made of: whoever types on changes those, and not what is under way. */
export interface Sent<Part, Draft> {
  /** Which of several; empty where there is but one. */
  name: string;
  part: NonNullable<Part>;
  draft: Draft;
  /** Why, for the versions. */
  note: string;
  replaces: Precondition;
}

/** How a part stands in a form. */
export interface DraftForm<Part, Draft> {
  draftOf: (part: Part) => Draft;
  /** Lines that were left empty are none. */
  filled: (draft: Draft) => Draft;
}

/** What somebody has typed, and since when. */
export interface Typed<Part, Draft> {
  stored: Stored<Part>;
  draft: Draft;
  note: string;
  /** What was sent since and may be stored: the answers were lost. */
  unanswered: readonly NonNullable<Part>[];
}

export interface Editing<Part, Draft> extends Typed<Part, Draft> {
  /** The newest that was read, whether it has been taken into the form or not. */
  seen: Precondition;
  /** What stands there now that ours was refused, until the reader has said how to go on. */
  faster: { sent: Sent<Part, Draft>; theirs: Stored<Part> } | null;
}

/** @param typed of before, where somebody goes on */
export function beginEditing<Part, Draft>(
  form: DraftForm<Part, Draft>,
  read: Stored<Part>,
  typed: Typed<Part, Draft> = {
    stored: read,
    draft: form.draftOf(read.part),
    note: '',
    unanswered: [],
  },
): Editing<Part, Draft> {
  return { ...typed, seen: read.etag, faster: null };
}

/** Something would be lost. */
export function isDirty<Part, Draft>(
  form: DraftForm<Part, Draft>,
  { stored, draft }: Typed<Part, Draft>,
): boolean {
  return !same(form.filled(draft), form.filled(form.draftOf(stored.part)));
}

/**
 * What was changed elsewhere (an undo) is shown at once, unless it would take the reader's own text away: then saving says
 * that both changed it.
 */
export function whenRead<Part, Draft>(
  form: DraftForm<Part, Draft>,
  now: Editing<Part, Draft>,
  read: Stored<Part>,
): Editing<Part, Draft> {
  const seen = { ...now, seen: read.etag };
  return isDirty(form, now) ? seen : load(form, seen, read);
}

/** What was typed meanwhile stays. */
export function whenSaved<Part, Draft>(
  form: DraftForm<Part, Draft>,
  now: Editing<Part, Draft>,
  { sent, etag }: { sent: Sent<Part, Draft>; etag: string },
): Editing<Part, Draft> {
  return {
    ...now,
    stored: { part: sent.part, etag },
    draft: same(now.draft, sent.draft) ? form.draftOf(sent.part) : now.draft,
    note: now.note === sent.note ? '' : now.note,
    unanswered: [],
  };
}

/** Nobody was faster: what stands there was sent from here, and its answer was lost. */
export function isOwn<Part, Draft>(
  { unanswered }: Typed<Part, Draft>,
  sent: Sent<Part, Draft>,
  theirs: Stored<Part>,
): boolean {
  return [sent.part, ...unanswered].some((own) => same(own, theirs.part));
}

/** Both changes together, field by field; null where nobody was faster, or where it has been deleted. */
export function bothChanges<Part extends object | null, Draft>({
  stored,
  faster,
}: Editing<Part, Draft>): Merge<NonNullable<Part>> | null {
  const theirs = faster?.theirs.part ?? null;
  if (faster === null || theirs === null) return null;
  return mergeChanges<NonNullable<Part>>(stored.part ?? theirs, faster.sent.part, theirs);
}

/**
 * Both changes, to be looked at and saved, with what was typed since mine was sent; the reader's own alone where it has been
 * deleted.
 */
export function takeBoth<Part extends object | null, Draft extends object>(
  form: DraftForm<Part, Draft>,
  now: Editing<Part, Draft>,
): Editing<Part, Draft> {
  if (now.faster === null) return now;
  const { sent, theirs } = now.faster;
  const both = form.draftOf(bothChanges(now)?.merged ?? sent.part);
  const { merged: draft } = mergeChanges(sent.draft, now.draft, both);
  return { ...now, faster: null, stored: theirs, draft, unanswered: [] };
}

/** What stands there takes the draft's place: the reader's own is let go. */
export function load<Part, Draft>(
  form: DraftForm<Part, Draft>,
  now: Editing<Part, Draft>,
  stored: Stored<Part>,
): Editing<Part, Draft> {
  return { ...now, stored, draft: form.draftOf(stored.part), unanswered: [], faster: null };
}
