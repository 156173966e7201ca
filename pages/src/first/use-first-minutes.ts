// Whether the reader is guided to a first cascade: from a page that found nothing on, until they go on.
import { useState } from 'react';

export function useFirstMinutes(traces: readonly unknown[] | undefined): {
  isGuided: boolean;
  goOn: () => void;
} {
  const [isGuided, setGuided] = useState<boolean | null>(null);
  if (isGuided === null && traces !== undefined) setGuided(traces.length === 0);
  return { isGuided: isGuided === true, goOn: () => setGuided(false) };
}
