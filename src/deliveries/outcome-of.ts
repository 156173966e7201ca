// What the end of an attempt says about its destination's circuit. Pure.
import type { Outcome } from '../circuits/shared-circuits.ts';
import type { AttemptEnd } from './attempt-end.ts';

/**
 * Time-outs, network errors, 5xx and 429 count as failures; any other answer shows that somebody is there.
 * @param made.retryAfterMs as the destination asked; counts with a 429
 * @returns null where it was the sender who ended it
 */
export function outcomeOf(
  end: AttemptEnd,
  made: { deliveryId: string; retryAfterMs: number | null },
): Outcome | null {
  const { outcome, status, error } = end;
  if (outcome === 'cancelled') return null;
  // A delivery's id is that of its event and target.
  const event = made.deliveryId.slice(0, 16);
  if (outcome === 'delivered') return { event, result: 'delivered', error: null, askedMs: null };
  const isRefusal =
    outcome === 'failed' && status !== null && status >= 300 && status < 500 && status !== 429;
  return {
    event,
    result: isRefusal ? 'refused' : 'failed',
    error: error?.slice(0, 200) ?? null,
    askedMs: status === 429 ? made.retryAfterMs : null,
  };
}
