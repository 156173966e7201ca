// Says what is about to be discarded, takes a note, and discards it.
import { Button } from '@cloudflare/kumo/components/button';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import type { DiscardedLettersView } from '../../../src/api/dead-letter-views.ts';
import { failureText } from '../api/http.ts';
import { countLetters } from '../replays/replays-client.ts';
import { FieldError, TextField } from '../ui/Field.tsx';
import { keepTyping } from '../ui/kept-typing.ts';
import { Card } from '../ui/Page.tsx';
import { useHandBackFocus } from '../ui/use-hand-back-focus.ts';
import { discardLetters } from './dead-client.ts';
import { upTo, type LetterSelection } from './filters.ts';
import { counted } from './words.ts';

const untouched = { note: '' };

const kept = keepTyping<typeof untouched>();

export function DiscardForm(props: {
  selection: LetterSelection;
  onDone: (view: DiscardedLettersView) => void;
  onCancel: () => void;
}): ReactElement {
  useHandBackFocus();
  const [{ note }, change] = kept.useFields(JSON.stringify(props.selection), untouched);
  // Of what has been counted: a letter that dies afterwards has been seen by nobody.
  const [selection] = useState(() => upTo(props.selection, Date.now()));
  const count = useQuery({
    queryKey: ['replays', 'count', selection],
    queryFn: ({ signal }) => countLetters(selection, signal),
  });
  const discard = useMutation({
    mutationFn: () => discardLetters(selection, note.trim()),
    onSuccess: props.onDone,
  });
  const found = count.data?.found;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    discard.mutate();
  };
  return (
    <Card title="Discard dead letters">
      <form onSubmit={submit} className="flex flex-col gap-4 p-4">
        <output className="text-[15px]">
          {count.isError
            ? `They could not be counted: ${failureText(count.error)}`
            : found === undefined
              ? 'Counting…'
              : `${counted(found, 'letter')} ${found === 1 ? 'leaves' : 'leave'} the list and ${found === 1 ? 'is' : 'are'} delivered to nobody. They can be restored as long as they are kept.`}
        </output>
        <div className="lg:max-w-[640px]">
          <TextField
            label="Note"
            value={note}
            onChange={(next) => change({ note: next })}
            placeholder="Why nobody needs them"
            hint="Stands beside each of them, with your name, and in the audit."
          />
        </div>
        {discard.isError && (
          <div role="alert">
            <FieldError>{failureText(discard.error)}</FieldError>
          </div>
        )}
        <div className="flex gap-2">
          <Button
            type="submit"
            variant="primary"
            disabled={discard.isPending || found === undefined || found === 0}
          >
            {discard.isPending ? 'Discarding…' : 'Discard'}
          </Button>
          <Button onClick={props.onCancel} disabled={discard.isPending}>
            Cancel
          </Button>
        </div>
      </form>
    </Card>
  );
}
