// Whether the reader looks behind the marks of masked values, until the page is left. The API writes each look down, and
// decides who may.

let looking = false;
const listeners = new Set<() => void>();

export function setLooking(next: boolean): void {
  looking = next;
  for (const listener of listeners) listener();
}

/** For `useSyncExternalStore`. */
export function subscribeLooking(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function isLooking(): boolean {
  return looking;
}

/** The address of what is read, with `unmask=true` while the reader looks. What admins ask for is never masked. */
export function addressToAsk(address: string, method: string): string {
  if (!looking || method !== 'GET') return address;
  const url = new URL(address, location.origin);
  if (/^\/api\/(?:me$|admin\/)/.test(url.pathname)) return address;
  url.searchParams.set('unmask', 'true');
  return url.href;
}
