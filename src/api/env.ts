// What every handler of the API finds in its context. Types only.
import type { Role } from '../config/access.ts';
import type { Who } from '../config/admin-store.ts';
import type { Caller } from './access/authenticate.ts';

export type ApiEnv = {
  Variables: {
    /** Who is asking: set by whatever has let the request in. */
    who: Who;
    /** The same with how that is known, and the role. */
    caller: Omit<Caller, 'role'> & { role: Role };
  };
};
