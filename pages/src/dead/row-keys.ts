// Keys in the list of dead letters: they move between rows and tick them. Enter is the focused button's own.
import { searchFieldId } from './DeadFilterBar.tsx';

/** @returns whether it took the key */
export function takeRowKey({ key }: KeyboardEvent): boolean {
  if (key === '/') {
    const field = document.querySelector<HTMLElement>(`#${searchFieldId}`);
    field?.focus();
    return field !== null;
  }
  const row = document.activeElement?.closest('tr[data-letter]');
  if (key === 'x') {
    const box = row?.querySelector<HTMLInputElement>('input[data-tick]');
    box?.click();
    return box !== null && box !== undefined;
  }
  const step = key === 'j' || key === 'ArrowDown' ? 1 : key === 'k' || key === 'ArrowUp' ? -1 : 0;
  // Arrows scroll the page where no row has the focus.
  if (step === 0 || (key.startsWith('Arrow') && !row)) return false;
  const rows = [...document.querySelectorAll<HTMLElement>('tr[data-letter]')];
  const at = rows.findIndex((each) => each === row);
  const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.querySelector<HTMLElement>('button[data-inspect]')?.focus();
  return next !== undefined;
}
