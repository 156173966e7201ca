// What is shown of a question that has not been answered yet and is asked again and again.
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';

/**
 * Why there is no answer yet, also while it is asked once more: the library takes an error back as soon as it asks
 * again, and a page that is asked each second would flicker, and be read aloud, at each try.
 * @param of what is asked; the failure of another is none of this one's
 * @returns null once there is an answer, and before the first failure
 */
export function useFailure(
  query: Pick<UseQueryResult, 'data' | 'error'>,
  of: string,
): Error | null {
  const [last, setLast] = useState<{ of: string; error: Error } | null>(null);
  if (query.data !== undefined) return null;
  if (query.error !== null && (last?.error !== query.error || last.of !== of)) {
    setLast({ of, error: query.error });
  }
  return query.error ?? (last?.of === of ? last.error : null);
}
