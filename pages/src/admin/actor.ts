// In whose name the reader changes things, as they say themselves: for the audit. Not verified by anybody.
import { keepInBrowser } from '../ui/browser-kept.ts';

const kept = keepInBrowser('actor');
const maxLength = 200;

export const useActor = kept.use;
export const setActor = kept.write;

/** As it can stand in a header: printable ASCII only. Empty where nobody said. */
export function actorName(): string {
  return kept
    .read()
    .normalize('NFKD')
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, maxLength);
}
