// A text as it was when the reader last stopped typing, so that not every letter is asked about.
import { useRef, useState } from 'react';

/** @returns the late text, and how to tell of a new one; an empty one is told at once */
export function useLate(pauseMs: number): [string, (text: string) => void] {
  const [late, setLate] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tell = (text: string): void => {
    clearTimeout(timer.current);
    if (text === '') setLate('');
    else timer.current = setTimeout(() => setLate(text), pauseMs);
  };
  return [late, tell];
}
