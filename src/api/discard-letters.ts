// Discards dead letters for whoever says that they are not wanted, and restores them. Both are in the audit, with why.
import type { Who } from '../config/admin-store.ts';
import { discardLetters, restoreLetters } from '../store/discards.ts';
import type { LetterSelection } from '../store/replay-runs.ts';
import { writtenDown } from './access/written-down.ts';
import type { DiscardedLettersView, RestoredLettersView } from './dead-letter-views.ts';
import type { ApiDeps } from './deps.ts';
import { writing } from './start-replay.ts';

type DiscardDeps = Pick<ApiDeps, 'connect' | 'access' | 'now' | 'report'>;

export async function discard(
  deps: DiscardDeps,
  who: Who,
  selection: LetterSelection,
  note: string | null,
): Promise<DiscardedLettersView> {
  const id = crypto.randomUUID();
  const at = new Date(deps.now()).toISOString();
  const { deliveryIds } = selection;
  const action = { ...who, action: 'dead_letter.discard', subject: id, note: note ?? '' };
  const { done } = await writtenDown(action, deps, async () => {
    const { name, onBehalfOf } = who;
    const act = { id, at, who: name, onBehalfOf, note: note === '' ? null : note };
    const taken = await writing(deps, (client) => discardLetters(client, selection, act));
    return { outcome: 'applied', detail: toldOf(taken, selection), done: taken };
  });
  return {
    discardId: id,
    discardedAt: at,
    discarded: done,
    leftAlone: deliveryIds ? new Set(deliveryIds).size - done : 0,
  };
}

export async function restore(
  deps: DiscardDeps,
  who: Who,
  which: { discardId: string } | { deliveryIds: string[] },
): Promise<RestoredLettersView> {
  const isWhole = 'discardId' in which;
  const subject = isWhole ? which.discardId : null;
  const action = { ...who, action: 'dead_letter.restore', subject, note: '' };
  const { done } = await writtenDown(action, deps, async () => {
    const back = await writing(deps, (client) => restoreLetters(client, which));
    const detail = isWhole ? toldOf(back, null) : toldOf(back, which);
    return { outcome: 'applied', detail, done: back };
  });
  return { restored: done };
}

/** How many, and which, as far as that is short. */
function toldOf(letters: number, selection: LetterSelection | null): string {
  const { filter, deliveryIds } = selection ?? {};
  const which = filter
    ? Object.entries(filter).flatMap(([name, value]) =>
        value === null ? [] : [`${name} ${Array.isArray(value) ? value.join(', ') : value}`],
      )
    : deliveryIds?.length === 1
      ? deliveryIds
      : [];
  return [`${letters} ${letters === 1 ? 'letter' : 'letters'}`, ...which].join('; ').slice(0, 500);
}
