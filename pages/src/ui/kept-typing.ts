// What stands in a form while its reader has to sign in again, since their session ended under it: the page goes, and what
// they typed comes back with it. It lives in this window alone, and goes when somebody signs out.
import { useEffect, useRef, useState } from 'react';
import { sessionNow } from '../api/session.ts';
import { currentToken, subscribeToken } from '../api/token.ts';

export interface KeptTyping<Typed> {
  /** What somebody had typed there, for a form that is opened again. */
  find: (of: string) => Typed | undefined;
  /** @param typed null where nothing would be lost */
  useKeeping: (of: string, typed: Typed | null) => void;
  /**
   * The fields of a form, with what had been typed there.
   * @param untouched what stands there before somebody types
   * @returns them, and what changes some of them
   */
  useFields: (
    of: string,
    untouched: Typed,
  ) => [Typed, (change: Partial<Typed> | ((now: Typed) => Partial<Typed>)) => void];
}

/** One for each kind of form; `of` is which of them. */
export function keepTyping<Typed>(): KeptTyping<Typed> {
  const kept = new Map<string, Typed>();
  subscribeToken(() => {
    if (currentToken() === null) kept.clear();
  });
  const find = (of: string): Typed | undefined => kept.get(of);
  const useKeeping = (of: string, typed: Typed | null): void => {
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
  };
  return {
    find,
    useKeeping,
    useFields(of, untouched) {
      const [typed, setTyped] = useState(find(of) ?? untouched);
      const isTyped = JSON.stringify(typed) !== JSON.stringify(untouched);
      useKeeping(of, isTyped ? typed : null);
      return [
        typed,
        (change) =>
          setTyped((now) => ({ ...now, ...(typeof change === 'function' ? change(now) : change) })),
      ];
    },
  };
}
