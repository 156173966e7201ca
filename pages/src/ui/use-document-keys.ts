// Keys that work wherever the focus is, except in fields and with modifiers. A box to tick takes the space bar alone: who
// has ticked a row goes on to the next by its key.
import { useEffect, useEffectEvent } from 'react';

/** Whether what is pressed there is typed into something. */
export function isInField(target: EventTarget | null): boolean {
  const fields = 'input:not([type="checkbox"]), textarea, select, [contenteditable]';
  return target instanceof HTMLElement && target.closest(fields) !== null;
}

/** `handle` says whether it took the key; then nothing else does. */
export function useDocumentKeys(handle: (event: KeyboardEvent) => boolean): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isInField(event.target)) return;
    if (event.key === ' ' && event.target instanceof HTMLInputElement) return;
    if (handle(event)) event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}
