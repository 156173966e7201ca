// What the configuration knows of a destination: whose it is, how long it may take, whether it is slow. Pure.
import type { EdgeConfig } from '../config/edge-config.ts';
import { normaliseName } from '../correlation/names.ts';
import { jobName } from '../deliveries/job-name.ts';
import type { PendingDelivery } from '../deliveries/pending-delivery.ts';
import type { Route } from './route.ts';

/** The job that a destination belongs to, fit for a correlation ID. */
export function jobOf(destination: URL, { destinations }: EdgeConfig): string {
  const job = destinations.get(destination.href)?.job ?? null;
  return job === null ? jobName(destination) : normaliseName(job);
}

/** Whether its job goes on after it has answered. */
export function worksInBackground(destination: URL, { destinations }: EdgeConfig): boolean {
  return destinations.get(destination.href)?.worksInBackground ?? false;
}

/** How long one attempt may take until its answer begins, in ms. */
export function attemptTimeoutMs(
  destination: URL,
  route: Pick<Route, 'attemptTimeoutMs'>,
  config: EdgeConfig,
): number {
  const own = config.destinations.get(destination.href)?.attemptTimeoutSeconds ?? null;
  return own === null ? (route.attemptTimeoutMs ?? config.attemptTimeoutMs) : own * 1_000;
}

/** {@link attemptTimeoutMs} for a delivery that waited: as it is configured now. */
export function timeoutOfPending(
  { destination, delivery }: Pick<PendingDelivery, 'destination' | 'delivery'>,
  config: EdgeConfig,
): number {
  const seconds = config.routes.get(delivery.route ?? '')?.attemptTimeoutSeconds ?? null;
  const route = { attemptTimeoutMs: seconds && seconds * 1_000 };
  return attemptTimeoutMs(new URL(destination), route, config);
}
