// Asks whoever leaves a form whether what they typed may be lost.
import { useBlocker } from '@tanstack/react-router';

/** @param isPending it is being saved: should that fail, nobody would be told once the form has gone */
export function useLeaveQuestion(isDirty: boolean, isPending: boolean): void {
  const question = isPending
    ? 'Leave? It is not saved yet, and should that fail, what you changed is lost.'
    : 'Leave without saving? What you changed is lost.';
  useBlocker({
    shouldBlockFn: () => isDirty && !globalThis.confirm(question),
    enableBeforeUnload: () => isDirty,
  });
}
