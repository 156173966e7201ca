// Decides which headers tell the next one what caused the call. It never decides whom to tell (see fetch.ts).
import { currentCorrelation } from './current.ts';

/**
 * `x-correlation-id`, `traceparent`, `tracestate`, `baggage` and `x-throughline-hops` of the work that is under way, for a
 * call to another job or to the edge. By the last of them the edge ends a circle of jobs that call each other through
 * it, instead of going round for ever. They name triggers, jobs and whatever the callers put into their baggage: give them to nobody
 * whom that does not concern. Never the idempotency key: every call has its own.
 *
 * @returns a new object; empty where nothing named a cause.
 */
export function correlationHeaders(): Record<string, string> {
  const { id, traceContext, hops } = currentCorrelation();
  return {
    ...(id !== null && { 'x-correlation-id': id }),
    ...traceContext,
    // An older copy of the kit in this process knows no count.
    ...(typeof hops === 'number' && { 'x-throughline-hops': String(hops) }),
  };
}

/**
 * The header that makes Hasura name the cause of a mutation: it becomes a session variable, from where it goes into
 * every event of the mutation and, on tracked tables, into `updated_by`. Only a caller with the admin secret may set
 * session variables by header: for others Hasura takes them from the token or the webhook and ignores this one
 * (https://hasura.io/docs/2.0/auth/authentication/admin-secret-access/).
 *
 * @returns a new object; empty where nothing named a cause.
 */
export function hasuraHeaders(): Record<string, string> {
  const { id } = currentCorrelation();
  return id === null ? {} : { 'x-hasura-correlation-id': id };
}
