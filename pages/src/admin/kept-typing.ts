// What stands in a form while its reader has to sign in again, since their session ended under it: the page goes, and what
// they typed comes back with it. It lives in this window alone, and goes when somebody signs out.
import { useEffect, useRef } from 'react';
import { sessionNow } from '../api/session.ts';
import { currentToken, subscribeToken } from '../api/token.ts';

export interface KeptTyping<Typed> {
  /** What somebody had typed there, for a form that is opened again. */
  find: (of: string) => Typed | undefined;
  /** @param typed null where nothing would be lost */
  useKeeping: (of: string, typed: Typed | null) => void;
}

/** One for each kind of form; `of` is which of them. */
export function keepTyping<Typed>(): KeptTyping<Typed> {
  const kept = new Map<string, Typed>();
  subscribeToken(() => {
    if (currentToken() === null) kept.clear();
  });
  return {
    find: (of) => kept.get(of),
    useKeeping(of, typed) {
      const latest = useRef(typed);
      useEffect(() => {
        latest.current = typed;
      });
      useEffect(() => {
        kept.delete(of);
        return () => {
          if (sessionNow() === 'refused' && latest.current !== null) kept.set(of, latest.current);
        };
      }, [of]);
    },
  };
}
