// Which deliveries of a job wait for an attempt of the edge's. It decides nothing about them.
import type { StoreClient } from './client.ts';
import { hasArrived, isDead, isRetriedHere } from './read-rows.ts';
import { firstUuidOf } from './refs.ts';
import { deliveryIdOf, numberOf } from './sql.ts';

/**
 * Those that have not arrived and are no dead letters, the newest first.
 * @param of.fromMs what began earlier is not looked at, in ms since the epoch
 * @returns ids, 64 hex digits
 */
export async function listWaiting(
  client: StoreClient,
  of: { source: string; job: string; fromMs: number; limit: number },
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select ${deliveryIdOf('d', 'e')} as id
     from deliveries d join events e on e.trace_id = d.trace_id and e.ref = d.event_ref
     where d.job = (${numberOf('$2')}) and d.source = (${numberOf('$1')}) and d.trace_id >= $3::uuid
       and not ${hasArrived('d')} and ${isRetriedHere} and not ${isDead}
     order by d.trace_id desc, d.ref desc limit $4`,
    [of.source, of.job, firstUuidOf(of.fromMs), of.limit],
  );
  return rows.map(({ id }) => id);
}
