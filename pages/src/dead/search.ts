// The part of the page of dead letters that lives in its address.

export interface DeadSearch {
  /** Only this job's. */
  job?: string;
}

export function parseDeadSearch({ job }: Record<string, unknown>): DeadSearch {
  return typeof job === 'string' && job !== '' ? { job } : {};
}
