// Which version of the Worker ran when: what a chart marks, so that a change of the software is told from one of the load.
import type { StoreClient } from './client.ts';
import { utc } from './utc.ts';

/** As Cloudflare tells a Worker of itself (developers.cloudflare.com/workers/runtime-apis/bindings/version-metadata). */
export type WorkerVersion = {
  id: string;
  /** As it was given when the version was uploaded; empty where none was. */
  tag: string;
};

/** RFC 3339: when it was seen first and last. */
export type VersionRun = WorkerVersion & { from: string; until: string };

/** A version that was not seen for so long and comes back, such as by a roll back, begins anew. */
const awayAfter = '1 hour';
const keptFor = '1 year';

/**
 * Notes that a version runs. In a gradual deployment two do, in turn, and neither begins anew each time.
 * @param at RFC 3339
 */
export async function noteWorkerVersion(
  client: StoreClient,
  { id, tag }: WorkerVersion,
  at: string,
): Promise<void> {
  await client.query(
    `with seen as (
       update worker_versions set until_at = greatest(until_at, $3::timestamptz)
       where id = $1 and until_at > $3::timestamptz - interval '${awayAfter}' returning 1)
     insert into worker_versions (id, tag, from_at, until_at)
     select $1, $2, $3::timestamptz, $3::timestamptz where not exists (select from seen)
     on conflict (id, from_at) do nothing`,
    [id, tag, at],
  );
  await client.query(
    `delete from worker_versions where until_at < $1::timestamptz - interval '${keptFor}'`,
    [at],
  );
}

/** What began to run last, newest first. */
export async function listWorkerVersions(
  client: StoreClient,
  limit: number,
): Promise<VersionRun[]> {
  const { rows } = await client.query<VersionRun>(
    `select id, tag, ${utc('from_at')} as "from", ${utc('until_at')} as "until"
     from worker_versions order by from_at desc, id limit $1`,
    [limit],
  );
  return rows;
}
