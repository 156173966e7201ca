// What the reader has just discarded, and the way back.
import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import type { DiscardedLettersView } from '../../../src/api/dead-letter-views.ts';
import { failureText } from '../api/http.ts';
import { restoreLetters } from './dead-client.ts';
import { counted } from './words.ts';

export function Discarded(props: {
  act: DiscardedLettersView;
  onRestored: () => void;
  onClose: () => void;
}): ReactElement {
  const { act } = props;
  const undo = useMutation({
    mutationFn: () => restoreLetters({ discardId: act.discardId }),
    onSuccess: props.onRestored,
  });
  const left =
    act.leftAlone === 0 ? '' : `, ${act.leftAlone} left alone: no open dead letters any more`;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-[10px] border border-line bg-base px-4 py-2">
      <output>
        {undo.isSuccess
          ? `${counted(undo.data.restored, 'letter')} restored`
          : `${counted(act.discarded, 'letter')} discarded${left}`}
      </output>
      {undo.isError && (
        <span role="alert" className="text-fail">
          {failureText(undo.error)}
        </span>
      )}
      <span className="flex-1" />
      {!undo.isSuccess && (
        <button
          type="button"
          className="btn"
          disabled={undo.isPending}
          onClick={() => undo.mutate()}
        >
          Undo
        </button>
      )}
      <button type="button" className="btn" onClick={props.onClose}>
        Close
      </button>
    </div>
  );
}
