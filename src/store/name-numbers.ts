// Finds the numbers of texts that are kept once, for searches. It gives no new ones.
import type { StoreClient } from './client.ts';

/** So many names at most that contain a text. */
const mostNames = 5_000;

/** Of those texts that are known. */
export async function numbersOf(
  client: StoreClient,
  texts: readonly string[],
): Promise<Map<string, number>> {
  if (texts.length === 0) return new Map();
  const { rows } = await client.query<{ id: number; text: string }>(
    `select n.id, n.text from json_array_elements_text($1::json) as t (text)
     join names n on md5(n.text) = md5(t.text) and n.text = t.text`,
    [JSON.stringify(texts)],
  );
  return new Map(rows.map(({ id, text }) => [text, id]));
}

/**
 * The names in which a text stands, in any case of its letters.
 * @param withEmails false leaves out what has an "@": whoever may not see addresses cannot feel for them either
 */
export async function namesWith(
  client: StoreClient,
  text: string,
  withEmails: boolean,
): Promise<{ id: number; text: string }[]> {
  const { rows } = await client.query<{ id: number; text: string }>(
    `select n.id, n.text from names n
     where strpos(lower(n.text), lower($1)) > 0 ${withEmails ? '' : `and strpos(n.text, '@') = 0`}
     order by length(n.text), n.text limit ${mostNames}`,
    [text],
  );
  return rows;
}
