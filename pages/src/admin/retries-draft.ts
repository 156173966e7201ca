// A retry schedule as a form holds it. Pure.
import type { RetryPolicy } from '../../../src/config/retry-policy.ts';
import { readers } from './draft-fields.ts';
import { formatPauses, parsePauses } from './pauses.ts';

export interface RetriesDraft {
  pauses: string;
  jitterPercent: string;
  byStatus: { status: string; pauses: string }[];
}

export function retriesDraftOf({ pausesSeconds, jitter, byStatus }: RetryPolicy): RetriesDraft {
  return {
    pauses: formatPauses(pausesSeconds),
    jitterPercent: String(Math.round(jitter * 1_000) / 10),
    byStatus: Object.entries(byStatus).map(([status, pauses]) => ({
      status,
      pauses: formatPauses(pauses),
    })),
  };
}

/** @param errors is told what cannot be read, under `retries.…` */
export function retriesOf(draft: RetriesDraft, errors: Map<string, string>): RetryPolicy {
  const pauses = (field: string, text: string): number[] => {
    const read = parsePauses(text);
    if (read.ok) return read.seconds;
    errors.set(field, read.message);
    return [];
  };
  const byStatus = draft.byStatus.map(({ status, pauses: text }): [string, number[]] => [
    status.trim(),
    pauses(`retries.byStatus.${status.trim()}`, text),
  ]);
  return {
    pausesSeconds: pauses('retries.pausesSeconds', draft.pauses),
    jitter: readers(errors).number('retries.jitter', draft.jitterPercent) / 100,
    byStatus: Object.fromEntries(byStatus),
  };
}
