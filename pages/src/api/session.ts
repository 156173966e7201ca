// Whether the API lets this reader in. Set by the query cache on every answer, read by the root.
import { useSyncExternalStore } from 'react';
import { currentToken, subscribeToken } from './token.ts';

export type Session = 'open' | 'needs-token' | 'refused';

let session: Session = 'open';
const listeners = new Set<() => void>();

function set(next: Session): void {
  if (next === session) return;
  session = next;
  for (const listener of listeners) listener();
}

subscribeToken(() => set(currentToken() === null ? 'needs-token' : 'open'));

/** Called when the API answered 401. */
export function reportUnauthorised(): void {
  set(currentToken() === null ? 'needs-token' : 'refused');
}

export function sessionNow(): Session {
  return session;
}

export function useSession(): Session {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, sessionNow);
}
