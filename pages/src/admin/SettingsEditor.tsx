// The settings being changed: saving them, and what happens where somebody else was faster.
import { Button } from '@cloudflare/kumo/components/button';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import type { SettingsView } from '../../../src/api/admin/views.ts';
import { FieldError, TextField } from '../ui/Field.tsx';
import { putSettings, readSettings } from './admin-client.ts';
import { Conflict } from './Conflict.tsx';
import type { Stored, Typed } from './editing.ts';
import { fieldErrors, wholeForm } from './field-errors.ts';
import { keepTyping } from '../ui/kept-typing.ts';
import { noteChange } from './last-change.ts';
import { same } from './merge.ts';
import { formatPauses } from './pauses.ts';
import { settingsQuery } from './queries.ts';
import {
  type Settings,
  type SettingsDraft,
  settingsDraftOf,
  settingsOf,
  withoutEmptySettings,
} from './settings-draft.ts';
import { settingsFields, SettingsForm } from './SettingsForm.tsx';
import { useEditing } from './use-editing.ts';
import { useLeaveQuestion } from './use-leave-question.ts';

const form = { draftOf: settingsDraftOf, filled: withoutEmptySettings };

const kept = keepTyping<Typed<Settings, SettingsDraft>>();
const keptAs = '';

export function SettingsEditor(props: {
  read: Stored<Settings>;
  builtIn: SettingsView['builtIn'];
}): ReactElement {
  const client = useQueryClient();
  const [before] = useState(kept.find(keptAs));
  const editing = useEditing({
    form,
    read: props.read,
    typed: before,
    partOf: (filled, known) => {
      const made = settingsOf(filled, known);
      return made.ok ? { ok: true, part: made.settings } : made;
    },
    put: ({ part: settings, ...sent }) => putSettings({ ...sent, settings }),
    readNow: async () => {
      const { body, etag } = await readSettings();
      return { part: body.settings, etag };
    },
    errorsOf: (error) => fieldErrors(error, { prefix: 'settings', fields: settingsFields }),
    onSaved: ({ part: settings }, { changed, etag }) => {
      client.setQueryData(
        settingsQuery.queryKey,
        (known) => known && { body: { ...known.body, settings }, etag },
      );
      // Going back leaves members and masking as they are: what would undo nothing of them is not offered.
      noteChange(
        'The settings were saved',
        changed,
        same(editing.stored.part.access, settings.access),
      );
    },
  });
  const { draft, note, errors, isDirty, isSaving, faster, both } = editing;
  useLeaveQuestion(isDirty, isSaving);
  kept.useKeeping(keptAs, isDirty ? editing.typed : null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    editing.save('');
  };
  return (
    <form onSubmit={submit} noValidate className="flex min-w-0 max-w-[960px] flex-col gap-5">
      {faster !== null && both !== null && (
        <Conflict
          what="the settings"
          fields={both.fields}
          onTheirs={() => editing.load(faster.theirs)}
          onMerged={editing.takeBoth}
        />
      )}
      <SettingsForm
        draft={draft}
        errors={errors}
        builtInPauses={formatPauses(props.builtIn.retries.pausesSeconds)}
        onChange={editing.setDraft}
      />
      <div className="z-10 flex flex-col gap-3 rounded-[10px] border border-line bg-base px-4 py-3 shadow-tl sm:sticky sm:bottom-0">
        {errors.get(wholeForm) !== undefined && (
          <div role="alert">
            <FieldError>{errors.get(wholeForm)}</FieldError>
          </div>
        )}
        <div className="grid gap-3 sm:grid-cols-[1fr_auto] sm:items-end">
          <TextField label="Why (for the versions)" value={note} onChange={editing.setNote} />
          <div className="flex gap-2">
            {isDirty && <Button onClick={editing.discard}>Discard</Button>}
            <Button
              type="submit"
              variant="primary"
              disabled={!isDirty || isSaving || faster !== null}
            >
              {isSaving ? 'Saving…' : 'Save'}
            </Button>
          </div>
        </div>
      </div>
    </form>
  );
}
