// Which traces make up a cascade: a root and what weak links join to it, directly or through others.
import type { StoreClient } from './client.ts';

/** So many traces of the cascades on one page are looked at; a cascade of more is shown without the rest. */
const mostTraces = 2_000;

/** The root of the cascade that a trace belongs to: itself where nothing joins it; null for an unknown id. */
export async function findRoot(client: StoreClient, traceId: string): Promise<string | null> {
  return (await findRoots(client, [traceId])).get(traceId) ?? null;
}

/** {@link findRoot} of many: trace id → root id, without those that are not known. */
export async function findRoots(
  client: StoreClient,
  traceIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; root: string }>(
    // `union` ends a circle, which two consumers can leave for a moment.
    `with recursive up (start, id, joined_to) as (
       select t.id, t.id, t.joined_to from traces t where t.id = any ($1::uuid[])
       union
       select u.start, t.id, t.joined_to
       from up u cross join lateral (select * from traces t where t.id = u.joined_to limit 1) t)
     select distinct on (start) start as id, id as root from up
     order by start, joined_to is not null, id = start desc`,
    [traceIds],
  );
  return new Map(rows.map(({ id, root }) => [id, root]));
}

/** The traces of each root's cascade: trace id → root id, the roots themselves among them. */
export async function readCascades(
  client: StoreClient,
  roots: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await client.query<{ id: string; root: string }>(
    `with recursive down (id, root) as (
       select id, id from unnest($1::uuid[]) as r (id)
       union
       select t.id, d.root from down d join traces t on t.joined_to = d.id)
     select id, root from down limit ${mostTraces}`,
    [roots],
  );
  return new Map(rows.map(({ id, root }) => [id, root]));
}
