// Keys that work on every page: Ctrl or Cmd K, `?`, and `g` followed by a page's letter. Decides what a key means,
// never what happens then. Pure.
import { places, type Place } from '../frame/places.ts';

/** How long after `g` the letter may come. */
const chordMs = 1_500;

export type Meaning =
  | { do: 'find' }
  | { do: 'show-keys' }
  | { do: 'go'; to: Place['to'] }
  /** `g`: the next key belongs to it. */
  | { do: 'wait'; untilMs: number }
  /** The key after `g` was none of ours, and must not mean anything else either. */
  | { do: 'end' };

export type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'> & {
  /** The focus is where people write. */
  inField: boolean;
  /** The focus is in a dialog, whose keys are its own. */
  inDialog: boolean;
};

/**
 * @param waitingUntilMs how long a `g` before it waits for its letter; null where there was none
 * @param singleKeysOn whether letters and signs mean something alone
 * @returns null where the key is none of these
 */
export function meaningOf(
  key: Key,
  nowMs: number,
  waitingUntilMs: number | null,
  singleKeysOn: boolean,
): Meaning | null {
  if ((key.ctrlKey || key.metaKey) && !key.altKey && key.key.toLowerCase() === 'k') {
    return { do: 'find' };
  }
  if (key.ctrlKey || key.metaKey || key.altKey) return null;
  if (!singleKeysOn || key.inField || key.inDialog) return null;
  if (waitingUntilMs !== null && nowMs < waitingUntilMs && key.key !== 'Shift') {
    if (key.key === 'g' && key.repeat) return { do: 'wait', untilMs: waitingUntilMs };
    const place = places.find(({ letter }) => letter === key.key);
    return place === undefined ? { do: 'end' } : { do: 'go', to: place.to };
  }
  if (key.key === 'g') return { do: 'wait', untilMs: nowMs + chordMs };
  return key.key === '?' ? { do: 'show-keys' } : null;
}
