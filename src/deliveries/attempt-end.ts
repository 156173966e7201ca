/** How an attempt ended, as far as it is known. */
export type AttemptEnd = {
  outcome: 'delivered' | 'failed' | 'unreachable' | 'timed_out' | 'cancelled';
  status: number | null;
  error: string | null;
  /** The answer's first bytes as text. */
  answer: string | null;
  /** The answer says that its job goes on. */
  worksInBackground?: true;
};
