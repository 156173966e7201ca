// The nightly price run: a script that no person and no event started. It writes "system" to `updated_by`, as scripts
// do; its one concession is a connection option that declares which system action it is.
import pg from 'pg';

export type NightlyRun = { stockIds: number[] };

/**
 * Moves the prices of some goods by a few per cent in one transaction.
 * @param random draws goods and prices
 */
export async function runNightly(url: string, random: () => number): Promise<NightlyRun> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'nightly-prices',
    options: '-c correlation.system=nightly-prices',
  });
  await client.connect();
  try {
    const goods = await client.query<{ id: number }>('select id from stock order by id');
    const first = Math.floor(random() * goods.rows.length);
    const chosen = goods.rows.slice(first, first + 2).map(({ id }) => id);
    const factor = 0.95 + random() * 0.1;
    const changed = await client.query<{ id: number }>(
      `update stock set price_cents = greatest(500, round(price_cents * $2::numeric)::integer), updated_by = 'system'
       where id = any($1) returning id`,
      [chosen, factor.toFixed(4)],
    );
    return { stockIds: changed.rows.map(({ id }) => id) };
  } finally {
    await client.end();
  }
}
