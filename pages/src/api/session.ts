// Whether the API lets this reader in. Set by the query cache on every answer, read by the root.
import { useSyncExternalStore } from 'react';
import { currentToken, setToken, subscribeToken, tokenKey } from './token.ts';

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

/**
 * Goes along with the other tabs of this browser: whoever signs out in one has left all of them, and whoever signs in again
 * goes on in all that wait for it. To be called once.
 */
export function followOtherTabs(): void {
  window.addEventListener('storage', ({ key, newValue }) => {
    // Without a key all is gone.
    if (key !== tokenKey && key !== null) return;
    if (newValue === null || session !== 'open') setToken(newValue);
  });
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
