// The settings being changed: saving them, and what happens where somebody else was faster.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import type { SettingsView } from '../../../src/api/admin/views.ts';
import { Problem } from '../api/http.ts';
import { FieldError, TextField } from '../ui/Field.tsx';
import { putSettings, readSettings } from './admin-client.ts';
import { Conflict } from './Conflict.tsx';
import type { FieldErrors } from './draft-fields.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { keepTyping } from './kept-typing.ts';
import { noteChange } from './last-change.ts';
import { mergeChanges, same } from './merge.ts';
import { formatPauses } from './pauses.ts';
import { askAgain, settingsQuery } from './queries.ts';
import {
  type Settings,
  settingsDraftOf,
  settingsOf,
  withoutEmptySettings,
} from './settings-draft.ts';
import { settingsFields, SettingsForm } from './SettingsForm.tsx';
import { useLeaveQuestion } from './use-leave-question.ts';

interface Stored {
  settings: Settings;
  etag: string;
}

/** What is saved, and the fields that it was made of: whoever types on changes those, and not what is under way. */
interface Sent {
  settings: Settings;
  draft: ReturnType<typeof settingsDraftOf>;
  note: string;
  replaces: string;
}

const none: FieldErrors = new Map();

const kept = keepTyping<{ stored: Stored; draft: Sent['draft']; note: string }>();
const keptAs = '';

export function SettingsEditor(props: {
  stored: Stored;
  builtIn: SettingsView['builtIn'];
}): ReactElement {
  const client = useQueryClient();
  const [before] = useState(
    kept.find(keptAs) ?? {
      stored: props.stored,
      draft: settingsDraftOf(props.stored.settings),
      note: '',
    },
  );
  const [stored, setStored] = useState(before.stored);
  const [seenEtag, setSeenEtag] = useState(props.stored.etag);
  const [draft, setDraft] = useState(before.draft);
  const [note, setNote] = useState(before.note);
  const [errors, setErrors] = useState(none);
  const [faster, setFaster] = useState<{ mine: Settings; theirs: Stored } | null>(null);
  const isDirty = !same(draft, settingsDraftOf(stored.settings));
  const load = (next: Stored): void => {
    setStored(next);
    setDraft(settingsDraftOf(next.settings));
    setErrors(none);
  };
  // As with a route: what was changed elsewhere is shown, unless it would take the reader's own text away.
  if (props.stored.etag !== seenEtag) {
    setSeenEtag(props.stored.etag);
    if (!isDirty) load(props.stored);
  }
  const save = useMutation({
    mutationFn: putSettings,
    onSuccess: ({ body: changed, etag }, { settings, draft: sent, note: sentNote }: Sent) => {
      // At once, since it may be undone before it is read again: what an undo brings would pass for nothing new.
      setStored({ settings, etag });
      client.setQueryData(
        settingsQuery.queryKey,
        (known) => known && { body: { ...known.body, settings }, etag },
      );
      setDraft((now) => (same(now, sent) ? settingsDraftOf(settings) : now));
      setErrors(none);
      setNote((now) => (now === sentNote ? '' : now));
      // Going back leaves members and masking as they are: what would undo nothing of them is not offered.
      noteChange('The settings were saved', changed, same(stored.settings.access, settings.access));
      void askAgain(client);
    },
    onError: async (error, sent) => {
      if (error instanceof Problem && error.status === 412) {
        setErrors(none);
        try {
          const theirs = await readNow();
          // An answer that was lost: it is what we sent before.
          if (same(theirs.settings, sent.settings)) save.mutate({ ...sent, replaces: theirs.etag });
          else setFaster({ mine: sent.settings, theirs });
        } catch (unread) {
          setErrors(fieldErrors(unread, { prefix: '', fields: [] }));
        }
      } else setErrors(fieldErrors(error, { prefix: 'settings', fields: settingsFields }));
    },
  });
  useLeaveQuestion(isDirty, save.isPending);
  kept.useKeeping(keptAs, isDirty ? { stored, draft, note } : null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const filled = withoutEmptySettings(draft);
    setDraft(filled);
    const made = settingsOf(filled, stored.settings);
    if (made.ok)
      save.mutate({ settings: made.settings, draft: filled, note, replaces: stored.etag });
    else setErrors(made.errors);
  };
  const merge =
    faster === null ? null : mergeChanges(stored.settings, faster.mine, faster.theirs.settings);
  return (
    <form onSubmit={submit} noValidate className="flex min-w-0 max-w-[960px] flex-col gap-5">
      {faster !== null && merge !== null && (
        <Conflict
          what="the settings"
          fields={merge.fields}
          onTheirs={() => {
            load(faster.theirs);
            setFaster(null);
          }}
          onMerged={() => {
            setStored(faster.theirs);
            setDraft(settingsDraftOf(merge.merged));
            setFaster(null);
          }}
        />
      )}
      <SettingsForm
        draft={draft}
        errors={errors}
        builtInPauses={formatPauses(props.builtIn.retries.pausesSeconds)}
        onChange={setDraft}
      />
      <div className="z-10 flex flex-col gap-3 rounded-[10px] border border-line bg-base px-4 py-3 shadow-tl sm:sticky sm:bottom-0">
        {errors.get(wholeForm) !== undefined && (
          <div role="alert">
            <FieldError>{errors.get(wholeForm)}</FieldError>
          </div>
        )}
        <div className="grid gap-3 sm:grid-cols-[1fr_auto] sm:items-end">
          <TextField label="Why (for the versions)" value={note} onChange={setNote} />
          <div className="flex gap-2">
            {isDirty && <Button onClick={() => load(stored)}>Discard</Button>}
            <Button
              type="submit"
              variant="primary"
              disabled={!isDirty || save.isPending || faster !== null}
            >
              {save.isPending ? 'Saving…' : 'Save'}
            </Button>
          </div>
        </div>
      </div>
    </form>
  );
}

async function readNow(): Promise<Stored> {
  const { body, etag } = await readSettings();
  return { settings: body.settings, etag };
}
