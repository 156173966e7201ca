// Finds what a half-named row can be: the databases and schemas in which a table of that name was written, and the traces
// in which the row was. It reads only.
import type { StoreClient } from './client.ts';
import { aboutOf } from './cascade-lines.ts';
import { numbersOf } from './name-numbers.ts';
import { rowRef } from './refs.ts';
import type { RowName } from './row-history.ts';
import { nameOf } from './sql.ts';
import { utc } from './utc.ts';

/** A row as somebody names it: where the table is may be left out. */
export type RowAsked = { source: string | null; schema: string | null; table: string; key: string };

/** So many of the newest cascades with a table of that name are looked at for where it is. */
const latestCascades = 200;
/** So many of a row's newest events are looked at. */
const mostEvents = 5_000;

/** The rows that may be meant: as many as there are places of such a table in the newest cascades. */
export async function placesOfRow(client: StoreClient, asked: RowAsked): Promise<RowName[]> {
  const { source, schema, table, key } = asked;
  if (source !== null && schema !== null) return [{ source, schema, table, key }];
  const number = (await numbersOf(client, [table])).get(table);
  if (number === undefined) return [];
  const { rows } = await client.query<{ source: string; schema: string }>(
    `select distinct ${nameOf('e.source')} as source, ${nameOf('e.table_schema')} as schema
     from events e
     where e.trace_id = any (array (
         select t.id from traces t where t.joined_to is null and t.about @> $1::integer[]
         order by t.started_at desc limit ${latestCascades}))
       and e.table_name = $2`,
    [[aboutOf(number, 'table')], number],
  );
  return rows
    .filter((row) => (source ?? row.source) === row.source && (schema ?? row.schema) === row.schema)
    .map((row) => ({ ...row, table, key }));
}

/**
 * The traces in which these rows were written, the newest writes first.
 * @returns `searchedUntil`: where there are too many, only those from then on (RFC 3339); null: all
 */
export async function tracesOfRows(
  client: StoreClient,
  places: readonly RowName[],
): Promise<{ traceIds: string[]; searchedUntil: string | null }> {
  if (places.length === 0) return { traceIds: [], searchedUntil: null };
  const refs = await Promise.all(places.map((place) => rowRef(place)));
  const { rows } = await client.query<{ id: string; at: string }>(
    `select e.trace_id as id, ${utc('e.created_at')} as at
     from unnest($1::bigint[]) r (ref)
     cross join lateral (
       select x.trace_id, x.created_at from events x
       where x.row_ref = r.ref and x.row_ref is not null
       order by x.created_at desc limit ${mostEvents}) e
     order by e.created_at desc limit ${mostEvents}`,
    [refs],
  );
  return {
    traceIds: [...new Set(rows.map(({ id }) => id))],
    searchedUntil: rows.length < mostEvents ? null : (rows.at(-1)?.at ?? null),
  };
}
