// What the page of dead letters asks the API for beside their list.
import type {
  DeadLetterDetail,
  DeadLetterGroupsView,
  DiscardedLettersView,
  RestoredLettersView,
} from '../../../src/api/dead-letter-views.ts';
import { answerOf, api } from '../api/http.ts';
import type { LetterSelection, LettersQuery } from './filters.ts';

export function groupDeadLetters(
  { discarded: _discarded, ...query }: LettersQuery,
  signal?: AbortSignal,
): Promise<DeadLetterGroupsView> {
  return answerOf((options) => api['dead-letters'].groups.$get({ query }, options), signal);
}

export function readDeadLetter(
  deliveryId: string,
  signal?: AbortSignal,
): Promise<DeadLetterDetail> {
  return answerOf(
    (options) => api['dead-letters'][':deliveryId'].$get({ param: { deliveryId } }, options),
    signal,
  );
}

export function discardLetters(
  selection: LetterSelection,
  note: string,
): Promise<DiscardedLettersView> {
  const json = { ...selection, ...(note === '' ? {} : { note }) };
  return answerOf((options) => api['dead-letters'].discard.$post({ json }, options));
}

export function restoreLetters(
  which: { discardId: string } | { deliveryIds: string[] },
): Promise<RestoredLettersView> {
  return answerOf((options) => api['dead-letters'].restore.$post({ json: which }, options));
}
