// Reads an answer that nobody waits for to its end, so that its connection is free and its end is known.
import type { Attempt } from './attempt.ts';
import type { AttemptEnd } from './attempt-end.ts';

/**
 * Settles with how an attempt ended. Never rejects.
 * @param timeoutMs for the rest of the answer; one that drips on is given up then
 */
export async function readToEnd(result: Attempt, timeoutMs: number): Promise<AttemptEnd> {
  if (!result.answered) return result.end;
  if (result.body instanceof ReadableStream) {
    try {
      await result.body.pipeTo(new WritableStream(), { signal: AbortSignal.timeout(timeoutMs) });
    } catch {
      // It broke off, or took too long.
    }
  }
  const end = await result.ended;
  return end.outcome === 'cancelled'
    ? { ...end, outcome: 'failed', error: `The answer did not end within ${timeoutMs} ms.` }
    : end;
}
