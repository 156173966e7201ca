// What really happened, written down by who did it: which events a transaction made, found by the transaction itself.
// No correlation ID is looked at.
import type { Style } from './scenario.ts';

/** Who made an event: a job at work on another event, or nobody in the application's jobs (null). */
export type Author = { eventId: string; job: string } | null;

export type TrueEvent = {
  eventId: string;
  scenario: number;
  author: Author;
  /** Null for a root. */
  style: Style | null;
  /** The job has answered before it wrote. */
  isBackground: boolean;
  /** The job had written this row before, in the same delivery. */
  isSecondWrite: boolean;
  table: string;
  op: 'INSERT' | 'UPDATE' | 'DELETE';
};
