// Follows docs/adopting.md on a shop that knows nothing of Throughline: its very SQL, its very trigger, and back.
// The edge's place is taken by a receiver, since what the edge does is other tests' matter.
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { installEventCatalogue } from '../../../demo/event-engine/catalog.ts';
import { startEventEngine } from '../../../demo/event-engine/engine.ts';
import { installCorrelation } from '../../../migrations/install.ts';
import metadata from '../../contracts/hasura/event-trigger-metadata.json' with { type: 'json' };
import { createDatabase } from '../../support/database.ts';
import { startWebhookReceiver } from '../demo/webhook-receiver.ts';
import { one } from './application-database.ts';

const read = (path: string): Promise<string> =>
  readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** The fenced blocks of a language, in order; `sql undo` is another language than `sql`. */
function blocks(page: string, language: string): string[] {
  const found = page.matchAll(new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\`$`, 'gm'));
  return [...found].map(([, text = '']) => text);
}

const createTrigger = z.object({
  type: z.literal('pg_create_event_trigger'),
  args: z.object({
    name: z.string(),
    table: z.object({ schema: z.string(), name: z.string() }),
    update: z.object({ columns: z.array(z.string()) }),
    webhook_from_env: z.string(),
    headers: z.array(z.object({ name: z.string(), value_from_env: z.string() })),
    retry_conf: z.object({
      num_retries: z.number(),
      interval_sec: z.number(),
      timeout_sec: z.number(),
    }),
    replace: z.literal(true),
  }),
});

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await createDatabase('adopting');
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    (await read('demo/application/schema.sql')).replaceAll('or replace trigger', 'trigger'),
  );
  await client.query(`insert into customers (email, name) values ('jane@example.com', 'Jane');
    insert into orders (customer_id, total_cents, updated_by) values (1, 100, 'jane@example.com')`);
  await installEventCatalogue(database.url, []);
  await client.query('update hdb_catalog.hdb_metadata set metadata = $1', [metadata.metadata]);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

it('leads from an untouched shop to events that name their hop, and back', async () => {
  const page = await read('docs/adopting.md');
  const [askColumns = '', status = '', track = '', see = '', job = '', all = '', ...more] = blocks(
    page,
    'sql',
  );
  expect(more).toEqual([]);

  // 0. Which triggers listen to what they should not.
  const listening = await client.query(askColumns);
  const names = listening.rows.map(({ trigger }) => trigger);
  expect(names).toContain('order_receipt');
  expect(names).toContain('order_paid');

  // 1. Install: by the same file that every way of installing runs.
  await installCorrelation(database.url);
  const before = await client.query(status);
  expect(before.rows.length).toBeGreaterThan(5);
  expect(before.rows.every(({ state }) => state === 'untracked')).toBe(true);

  // 2. Track one table and see it.
  await client.query(track);
  const seen = (await client.query(see)) as unknown as pg.QueryResult[];
  expect(seen[1]?.rows[0]?.updated_by).toMatch(/^shop\./);

  // 3. The trigger, as the page's request creates it, with the variables of its shell lines.
  const { args } = createTrigger.parse(JSON.parse(blocks(page, 'json')[0] ?? ''));
  const shell = blocks(page, 'sh').join('\n');
  const variable = (name: string): string =>
    new RegExp(`^ *${name}='?([^'\\n]+)`, 'm').exec(shell)?.[1] ?? `${name} is not on the page`;
  const edge = await startWebhookReceiver(() => ({ status: 200 }));
  const webhook = new URL(variable(args.webhook_from_env));
  const engine = await startEventEngine({
    url: database.url,
    pollMs: 20,
    triggers: [
      {
        name: args.name,
        table: args.table,
        update: { columns: args.update.columns },
        webhook: `${edge.url}${webhook.search}`,
        headers: args.headers.map(({ name, value_from_env: fromEnv }) => ({
          name,
          value: variable(fromEnv),
          fromEnv,
        })),
        retry: {
          numRetries: args.retry_conf.num_retries,
          intervalSec: args.retry_conf.interval_sec,
          timeoutSec: args.retry_conf.timeout_sec,
        },
      },
    ],
  });
  try {
    // 4. The job says its name.
    await client.query(job);
    await expect.poll(() => edge.deliveries.length).toBe(1);
    const [delivery] = edge.deliveries;
    expect(delivery?.headers['x-throughline-key']).toBe('tl_0123456789');
    expect(webhook.searchParams.get('destinations')).toBe('https://jobs.example.com/ship-order');
    const id = /use\('([^']+)'\)/.exec(job)?.[1];
    expect(delivery?.body).toMatchObject({
      event: {
        session_variables: { 'x-hasura-correlation-id': id },
        data: { new: { updated_by: id } },
      },
    });
  } finally {
    await engine.stop();
    await edge.stop();
  }

  // 5. All tables, and then back.
  const tracked = await client.query(all);
  expect(tracked.rows.every(({ state }) => state === 'tracked')).toBe(true);
  for (const undo of blocks(page, 'sql undo').toReversed()) await client.query(undo);
  expect(
    await one(client, `select count(*) from pg_trigger where tgname = '~correlation'`),
  ).toEqual({ count: '0' });
  expect(await one(client, `select to_regnamespace('correlation') as schema`)).toEqual({
    schema: null,
  });
});
