// Cancels what the edge would attempt again, and says why where there is nothing to cancel.
import { readRetryState } from '../store/dead-letters.ts';
import type { ApiDeps } from './deps.ts';
import { ApiProblem, notFound } from './problem.ts';
import { reading } from './reading.ts';
import type { CancellationView } from './views.ts';

/** @throws ApiProblem 404, or 409 where no attempt of the edge's is to come */
export async function cancelDelivery(deps: ApiDeps, deliveryId: string): Promise<CancellationView> {
  const state = await reading(deps, (client) => readRetryState(client, deliveryId));
  if (!state) throw notFound(`Delivery ${deliveryId}`);
  const why = whyNot(state);
  if (why !== null) throw new ApiProblem('nothing_to_cancel', why);
  await deps.cancellations.cancel(deliveryId);
  return { deliveryId, cancelledAt: new Date(deps.now()).toISOString() };
}

function whyNot(state: {
  isDelivered: boolean;
  isDead: boolean;
  isRetriedHere: boolean;
}): string | null {
  if (state.isDelivered) return 'This delivery has arrived.';
  if (state.isDead)
    return 'This delivery is a dead letter: nobody attempts it unless it is replayed.';
  if (!state.isRetriedHere) return 'It is the sender who retries this delivery: cancel it there.';
  return null;
}
