// What is not seen at once, worked out once what is has been painted. Decides when, never what.
import { useEffect, useMemo, useState } from 'react';

/** @returns what takes it back */
export function afterPaint(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A frame is painted after its callbacks, so that a task which one of them begins comes after the painting.
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(work);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/**
 * The value of `make`, which is called anew whenever it is another function. Where `waits` at first, each value comes after
 * the painting: null before the first, then the one before until the new one is there.
 */
export function useAfterPaint<T>(waits: boolean, make: () => T): T | null {
  const [isLate] = useState(waits);
  const here = useMemo(() => (isLate ? null : make()), [isLate, make]);
  const [later, setLater] = useState<{ value: T } | null>(null);
  useEffect(() => {
    if (!isLate) return undefined;
    return afterPaint(() => setLater({ value: make() }));
  }, [isLate, make]);
  return later === null ? here : later.value;
}
