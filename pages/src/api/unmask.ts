// Whether the reader looks behind the marks of masked values, until the page is left. The API writes each look down, and
// decides who may.
import { useSyncExternalStore } from 'react';

let looking = false;
const listeners = new Set<() => void>();

export function setLooking(next: boolean): void {
  looking = next;
  for (const listener of listeners) listener();
}

export function useLooking(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => looking,
  );
}

/** The address of what is read, with `unmask=true` while the reader looks. What admins ask for is never masked. */
export function addressToAsk(address: string, method: string): string {
  const url = new URL(address, location.origin);
  if (!looking || method !== 'GET' || /^\/api\/(?:me$|admin\/)/.test(url.pathname)) return address;
  url.searchParams.set('unmask', 'true');
  return url.href;
}
