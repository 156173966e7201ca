// The state of a delivery from its attempts, and of a trace from its deliveries.
import type { DeliveryView, TraceSummary } from './views.ts';

export type State = DeliveryView['state'];

/**
 * One attempt that arrived is enough, whatever came of the others.
 * @param delivery.hasRetriesLeft whether somebody will try again after a failure
 * @param delivery.isDead whether it is a dead letter that nobody has replayed
 */
export function deliveryState(delivery: {
  isRunning: boolean;
  isDelivered: boolean;
  hasRetriesLeft: boolean;
  isDead: boolean;
}): State {
  if (delivery.isRunning) return 'running';
  if (delivery.isDelivered) return 'delivered';
  if (delivery.isDead) return 'dead';
  return delivery.hasRetriesLeft ? 'waiting' : 'failed';
}

/** What is going on first, then what went wrong; a trace without deliveries has nothing left to do. */
export function traceState(states: readonly State[]): TraceSummary['state'] {
  if (states.includes('running')) return 'running';
  if (states.includes('waiting')) return 'waiting';
  return states.some(hasFailed) ? 'failed' : 'delivered';
}

/** Whether a delivery is over without having arrived. */
export function hasFailed(state: State): boolean {
  return state === 'failed' || state === 'dead';
}
