// How far the trace ids reach among which a batch looks: weeks that hold nothing of it are not even planned (decision 42).
import type { StoreClient } from './client.ts';

/** Trace ids, both in. */
export type IdSpan = { first: string; last: string };

/**
 * Up to the latest trace that there is. Must run after the batch's rows are committed: whoever commits a later trace
 * afterwards sees them, and judges with both.
 */
export async function spanFrom(client: StoreClient, first: string): Promise<IdSpan> {
  const { rows } = await client.query<{ last: string }>(
    'select trace_id as last from events where trace_id >= $1::uuid order by trace_id desc limit 1',
    [first],
  );
  return { first, last: rows[0]?.last ?? first };
}
