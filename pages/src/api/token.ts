// Keeps the reader's token in this browser. Decides where it is stored, never whether it is valid.

/** In this browser's storage. */
export const tokenKey = 'throughline.token';

let token: string | null = null;
const listeners = new Set<() => void>();

function announce(): void {
  for (const listener of listeners) listener();
}

function store(value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(tokenKey);
    else localStorage.setItem(tokenKey, value);
  } catch {
    // Storage is blocked (private mode): the token lasts as long as this page.
  }
}

/** Takes the token from `#token=…` of the address, else from storage, and clears it from the address. */
export function adoptToken(): void {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get('token');
  if (given !== null && given !== '') {
    fragment.delete('token');
    const rest = fragment.toString();
    history.replaceState(
      history.state,
      '',
      location.pathname + location.search + (rest === '' ? '' : `#${rest}`),
    );
    token = given;
    store(given);
    return;
  }
  try {
    token = localStorage.getItem(tokenKey);
  } catch {
    token = null;
  }
}

/** The token to send, or null when nobody has signed in. */
export function currentToken(): string | null {
  return token;
}

/** Replaces the token; null signs out. */
export function setToken(value: string | null): void {
  token = value;
  store(value);
  announce();
}

/** For `useSyncExternalStore`: calls back when somebody signs in or out. */
export function subscribeToken(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
