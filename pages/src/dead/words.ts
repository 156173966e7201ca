// Dead letters in the interface's words, and their groups. Pure.
import type { DeadLetterPage } from '../../../src/api/views.ts';

export type DeadLetter = DeadLetterPage['deadLetters'][number];

const reasons: Record<DeadLetter['reason'], string> = {
  attempts_used_up: 'All attempts failed',
  gone: 'Destination is gone (410)',
  sender_gave_up: 'The sender gave up',
  not_allowed: 'Destination not allowed',
  cancelled: 'Cancelled',
  disabled: 'Destination disabled',
  stopped: 'Stopped as a loop',
};

/** Why nobody tries it again. */
export function reasonText(reason: DeadLetter['reason']): string {
  return reasons[reason];
}

/** What the last attempt came to: "HTTP 503", "connection refused", "HTTP 500: out of stock". */
export function lastAnswer({ status, error }: Pick<DeadLetter, 'status' | 'error'>): string {
  if (status === null) return error ?? 'no answer';
  // The edge's own words for a status that says nothing more.
  if (error === null || error.includes(String(status))) return error ?? `HTTP ${status}`;
  return `HTTP ${status}: ${error}`;
}

/** "jobs.example.com/hooks/pay": host and path; a query can hold a secret. */
export function shortAddress(destination: string): string {
  if (!URL.canParse(destination)) return destination;
  const { host, pathname } = new URL(destination);
  return `${host}${pathname === '/' ? '' : pathname}`;
}

/** How many of these letters each job has, the most first. */
export function countJobs(letters: readonly DeadLetter[]): { job: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { job } of letters) counts.set(job, (counts.get(job) ?? 0) + 1);
  return [...counts]
    .map(([job, count]) => ({ job, count }))
    .toSorted((a, b) => b.count - a.count || (a.job < b.job ? -1 : 1));
}
