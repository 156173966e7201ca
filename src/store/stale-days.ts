// Which days have changed since they were made of their hours. A day has one note at most; whoever changes an hour keeps the
// note of its day from being removed until that change is there to be read.
import type { StoreClient } from './client.ts';

/**
 * Notes a day as stale, as the last thing of the transaction that changed an hour of it.
 *
 * A note that is there is held and not written again, so that those who change hours of one day never wait for each other;
 * who removes it waits for them, and counts what they wrote.
 * @param hour when the hour begins
 */
export async function noteDay(client: StoreClient, hour: string): Promise<void> {
  await client.query(
    `with given as (select date_trunc('day', $1::timestamptz, 'UTC') as day),
     held as materialized (
       select d.day from stale_days d where d.day = (select day from given) for key share)
     insert into stale_days (day) select day from given where not exists (select from held)
     on conflict (day) do update set day = excluded.day`,
    [hour],
  );
}

/** Days that are over and have a note, latest first. */
export async function listStaleDays(client: StoreClient, most: number): Promise<string[]> {
  const { rows } = await client.query<{ day: string }>(
    `select day::text from stale_days where day < date_trunc('day', now(), 'UTC') order by day desc limit $1`,
    [most],
  );
  return rows.map(({ day }) => day);
}

/** @returns false where there is no note: somebody else has made the day meanwhile */
export async function takeNote(client: StoreClient, day: string): Promise<boolean> {
  const { rows } = await client.query(
    'delete from stale_days where day = $1::timestamptz returning day',
    [day],
  );
  return rows.length > 0;
}
