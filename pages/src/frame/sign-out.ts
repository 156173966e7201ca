// Ends the reader's session, wherever it is kept.
import { setToken } from '../api/token.ts';

/** @param how the API let them in */
export function signOut(how: string | undefined): void {
  // Access keeps its own session, and ends it at its own address.
  if (how === 'access') location.assign('/cdn-cgi/access/logout');
  else setToken(null);
}
