// The state of a delivery from its attempts, and of a trace from its deliveries.
import type { DeliveryView } from './views.ts';

export type State = DeliveryView['state'];

/** @param delivery.hasRetriesLeft whether the sender will come again after a failure */
export function deliveryState(delivery: {
  isRunning: boolean;
  isDelivered: boolean;
  hasRetriesLeft: boolean;
}): State {
  if (delivery.isRunning) return 'running';
  if (delivery.isDelivered) return 'delivered';
  return delivery.hasRetriesLeft ? 'waiting' : 'failed';
}

/** What is going on first, then what went wrong; a trace without deliveries has nothing left to do. */
export function traceState(states: readonly State[]): State {
  const order = ['running', 'waiting', 'failed'] as const;
  return order.find((state) => states.includes(state)) ?? 'delivered';
}
