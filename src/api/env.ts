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
    /** Masks an answer of the usual form for this caller; null: they see everything. */
    mask: ((value: unknown) => unknown) | null;
    /** True where a handler has masked its answer itself, since what it writes has another form. */
    isMasked?: true;
  };
};
