// Discards dead letters and restores them: they leave the list of dead letters, and come back to it. Who does it, when and
// why stands in each. It takes row locks in ascending order of ids, as whoever replays does.
import type { StoreClient } from './client.ts';
import { foundBy, isAmongIds, isDelivered, isDiscarded, isOpen } from './letter-filter.ts';
import type { LetterSelection } from './replay-runs.ts';

/** One act, however many letters it takes. */
export type DiscardAct = {
  /** A uuid. */
  id: string;
  /** RFC 3339 */
  at: string;
  who: string;
  onBehalfOf: string | null;
  note: string | null;
};

/** What is not open (any more) is left alone. @returns how many were taken */
export async function discardLetters(
  client: StoreClient,
  selection: LetterSelection,
  act: DiscardAct,
): Promise<number> {
  const values: unknown[] = [act.at, act.id, act.who, act.onBehalfOf, act.note];
  const chosen = selection.filter
    ? foundBy(selection.filter, values)
    : `from dead_letters l where ${isOpen} and not ${isDelivered}
       and ${isAmongIds('l.delivery_id', `$${values.push(selection.deliveryIds)}`)}`;
  const { rows } = await client.query<{ n: number }>(
    // Locked first: of two who discard at once, or where a replay begins, one sees what the other has done.
    `with chosen as materialized (
       select l.delivery_id ${chosen} order by l.delivery_id for update of l),
     gone as (
       update dead_letters x set discarded_at = $1, discard_id = $2, discarded_by = $3, discarded_for = $4,
         discard_note = $5
       from chosen c where x.delivery_id = c.delivery_id returning 1)
     select count(*)::int as n from gone`,
    values,
  );
  return rows[0]?.n ?? 0;
}

/** What has been replayed meanwhile, or was restored already, is left alone. @returns how many came back */
export async function restoreLetters(
  client: StoreClient,
  which: { discardId: string } | { deliveryIds: string[] },
): Promise<number> {
  const chosen = 'discardId' in which ? 'l.discard_id = $1' : isAmongIds('l.delivery_id', '$1');
  const { rows } = await client.query<{ n: number }>(
    `with chosen as materialized (
       select l.delivery_id from dead_letters l where ${isDiscarded} and ${chosen}
       order by l.delivery_id for update),
     back as (
       update dead_letters x set discarded_at = null, discard_id = null, discarded_by = null, discarded_for = null,
         discard_note = null
       from chosen c where x.delivery_id = c.delivery_id returning 1)
     select count(*)::int as n from back`,
    ['discardId' in which ? which.discardId : which.deliveryIds],
  );
  return rows[0]?.n ?? 0;
}
