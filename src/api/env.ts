// What every handler of the API finds in its context. Types only.
import type { Who } from '../config/admin-store.ts';

export type ApiEnv = {
  Variables: {
    /** Who is asking: set by whatever has let the request in. */
    who: Who;
  };
};
