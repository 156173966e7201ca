// Dead letters in the interface's words, and their groups. Pure.
import type { DeadLetterGroupsView } from '../../../src/api/dead-letter-views.ts';
import type { CircuitView, DeadLetterPage } from '../../../src/api/views.ts';

export type DeadLetter = DeadLetterPage['deadLetters'][number];

export type Reason = DeadLetter['reason'];

const reasons: Record<Reason, string> = {
  attempts_used_up: 'All attempts failed',
  gone: 'Destination is gone (410)',
  sender_gave_up: 'The sender gave up',
  not_allowed: 'Destination not allowed',
  cancelled: 'Cancelled',
  disabled: 'Destination disabled',
  stopped: 'Stopped as a loop',
};

/** Why nobody tries it again. */
export function reasonText(reason: Reason): string {
  return reasons[reason];
}

export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(reasons, value);
}

export const everyReason = Object.keys(reasons).filter(isReason);

/** "1 letter", "4,000 letters"; the same of anything that adds an `s`. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
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

/** "orders #42"; null where it is about no row. */
export function rowText({ table, rowKey }: Pick<DeadLetter, 'table' | 'rowKey'>): string | null {
  return table === null || rowKey === null ? null : `${table.name} #${rowKey}`;
}

/** What somebody is about to replay or discard. */
export interface Chosen {
  letters: number;
  /** False: there are more, which were not counted. */
  isWhole: boolean;
  jobs: number;
  destinations: readonly string[];
}

/** "412 letters, 3 jobs". */
export function chosenText({ letters, isWhole, jobs }: Chosen): string {
  return `${counted(letters, 'letter')}${isWhole ? '' : ' or more'}, ${counted(jobs, 'job')}`;
}

export function chosenOfLetters(letters: readonly DeadLetter[]): Chosen {
  return {
    letters: letters.length,
    isWhole: true,
    jobs: new Set(letters.map(({ source, job }) => `${source} ${job}`)).size,
    destinations: [...new Set(letters.map(({ destination }) => destination))],
  };
}

export function chosenOfGroups({ groups, letters, searchedUntil }: DeadLetterGroupsView): Chosen {
  return {
    letters,
    isWhole: searchedUntil === null,
    jobs: new Set(groups.map(({ source, job }) => `${source} ${job}`)).size,
    destinations: [...new Set(groups.flatMap(({ destinations }) => destinations))],
  };
}

/** What is not called now of where letters go. */
export function troubles(
  destinations: readonly string[],
  circuits: readonly CircuitView[],
): CircuitView[] {
  const addresses = new Set(destinations.map((each) => each.split('?')[0]));
  return circuits.filter(
    ({ destination, state }) => state !== 'closed' && addresses.has(destination.split('?')[0]),
  );
}
