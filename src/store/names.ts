// Texts that repeat are kept once and referred to by number. It decides nothing about which.
import type { StoreClient } from './client.ts';
import { storableJson } from './storable-json.ts';

/** Numbers of texts. */
export type Names = ReadonlyMap<string, number>;

/**
 * The numbers of these texts; those that are new get one. A name that is used on a day is kept for as long as
 * anything that was stored on that day.
 */
export async function internNames(client: StoreClient, texts: Iterable<string>): Promise<Names> {
  const distinct = [...new Set(texts)].toSorted();
  if (distinct.length === 0) return new Map();
  const { rows } = await client.query<{ id: number; text: string }>(
    // In one order, so that two consumers cannot wait for each other.
    `with given as materialized (select t.text from json_array_elements_text($1::json) as t (text)),
     known as materialized (
       select n.id, n.text from given g join names n on md5(n.text) = md5(g.text)
       where n.used_on = current_date),
     fresh as (
       insert into names (text)
       select g.text from given g where not exists (select from known k where k.text = g.text)
       order by g.text collate "C"
       on conflict (md5(text)) do update set used_on = current_date
       returning id, text)
     select id, text from known union all select id, text from fresh`,
    [storableJson(distinct)],
  );
  return new Map(rows.map(({ id, text }) => [text, id]));
}

const endingUuid = /^(.*?)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/s;

/** A text in two: what repeats, and the uuid that it ends with, if it does. */
export function splitText(text: string): { name: string; uuid: string | null } {
  const [, name, uuid] = endingUuid.exec(text) ?? [];
  return name === undefined || uuid === undefined ? { name: text, uuid: null } : { name, uuid };
}
