// The application whose events Throughline follows: a small shop's database. It decides the shop's tables and
// goods, and puts every table under tracking; it never writes orders.
import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** The shop's tables, all in schema `public`, all with id, created_at, updated_at and updated_by. */
export const applicationTables = [
  'customers',
  'stock',
  'orders',
  'order_items',
  'payments',
  'shipments',
  'emails',
] as const;

/** The name that IDs of untold writes carry: `shop.{uuid}`. */
const systemName = 'shop';

/**
 * Brings a database to the shop's schema with its seed data and tracks every table. May run again at any time.
 * @param url connection string of the application database, as its owner
 * @param options.migrate installs the schema `correlation` between the tables and their tracking
 * @throws when the schema `correlation` is missing after `migrate`
 */
export async function installApplication(
  url: string,
  options: { migrate: (url: string) => Promise<unknown> },
): Promise<void> {
  await run(url, async (client) => {
    await client.query(await text('schema.sql'));
  });
  await options.migrate(url);
  await run(url, async (client) => {
    for (const table of applicationTables) {
      await client.query('select correlation.track($1::regclass, system_name => $2)', [
        `public.${table}`,
        systemName,
      ]);
    }
    // After tracking, so that no row keeps an actor that tracking would have replaced.
    await client.query(await text('seed.sql'));
  });
}

async function run(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'install' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function text(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), 'utf8');
}
