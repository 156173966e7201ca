// What storing costs beside copying the same rows into the same tables, which already hold something: round by round,
// and how large what was stored is.
import { join } from 'node:path';
import type pg from 'pg';
import { withClient } from '../../src/store/client.ts';
import { round, shown, spreadOf } from '../harness/rounds.ts';
import { consumeMessages } from './consume-messages.ts';
import { packedRecords } from './records.ts';
import { onServer, type StoreServer } from './store-server.ts';

/** With the column that says in which trace a row is. Every row of these is made by the round that brings the trace. */
const tables = [
  ['traces', 'id'],
  ['events', 'trace_id'],
  ['payloads', 'trace_id'],
  ['arrivals', 'trace_id'],
  ['deliveries', 'trace_id'],
  ['attempts', 'trace_id'],
  ['links', 'trace_id'],
] as const;

/**
 * @param urls two databases with the same rows in them
 * @returns how fast the consumer stores, as a share of how fast `COPY` does
 */
export async function compareIngestion(
  server: StoreServer,
  urls: { stored: string; copied: string },
  amount: { rounds: number; eventsOfRound: number },
): Promise<number> {
  const ratios: number[] = [];
  const perSecond: number[] = [];
  await onServer(urls.stored, (stored) =>
    onServer(urls.copied, async (copied) => {
      // The first round meets cold caches and unprepared code on either side.
      for (let turn = 0; turn <= amount.rounds; turn += 1) {
        const nowMs = Date.now();
        const seed = 1_000 + turn;
        const made = await packedRecords({ seed, nowMs, attempts: 'some' }, amount.eventsOfRound);
        const namesBefore = await lastName(stored);
        const began = performance.now();
        await consumeMessages((work) => withClient(urls.stored, work), made.messages);
        const storingMs = performance.now() - began;
        const traceIds = tracesOf(made.messages);
        const files = await exportRows(stored, server.directory, { traceIds, namesBefore });
        const copyingMs = await copyRows(copied, files);
        if (turn === 0) continue;
        ratios.push(copyingMs / storingMs);
        perSecond.push((made.events / storingMs) * 1_000);
      }
    }),
  );
  console.log(
    `ingestion: ${shown(spreadOf(ratios))} of COPY; ${shown(spreadOf(perSecond))} events a second, one consumer`,
  );
  return spreadOf(ratios).median;
}

function tracesOf(messages: readonly string[]): string[] {
  const found = messages.flatMap((text) => text.match(/"traceId":"[0-9a-f-]{36}"/g) ?? []);
  return [...new Set(found.map((match) => match.slice(11, -1)))];
}

async function lastName(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ last: number }>('select max(id) as last from names');
  return rows[0]?.last ?? 0;
}

type Files = readonly { table: string; file: string }[];

async function exportRows(
  client: pg.Client,
  directory: string,
  brought: { traceIds: readonly string[]; namesBefore: number },
): Promise<Files> {
  await client.query(
    `create temporary table if not exists brought (id uuid primary key); truncate brought`,
  );
  await client.query('insert into brought select unnest($1::uuid[])', [brought.traceIds]);
  const wanted = [
    { table: 'names', rows: `select * from names where id > ${brought.namesBefore}` },
    ...tables.map(([table, column]) => ({
      table,
      rows: `select t.* from ${table} t join brought b on b.id = t.${column}`,
    })),
  ];
  const files = [];
  for (const { table, rows } of wanted) {
    const file = join(directory, `bench-${table}`);
    await client.query(`copy (${rows}) to '${file}' (format binary)`);
    files.push({ table, file });
  }
  return files;
}

/** @returns ms, the commit included */
async function copyRows(client: pg.Client, files: Files): Promise<number> {
  const began = performance.now();
  await client.query('begin');
  for (const { table, file } of files) {
    await client.query(`copy ${table} from '${file}' (format binary)`);
  }
  await client.query('commit');
  return performance.now() - began;
}

async function sizesOf(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ name: string; bytes: string }>(
    `select regexp_replace(c.relname, '_(default|\\d+)$', '') as name, sum(pg_total_relation_size(c.oid))::text as bytes
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind = 'r' group by 1`,
  );
  return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}

/** @returns bytes on disk for an event with two attempts, indexes in, payload out */
export async function measureSize(url: string, events: number): Promise<number> {
  const { messages } = await packedRecords({ seed: 5, nowMs: Date.now(), attempts: 'two' }, events);
  return onServer(url, async (client) => {
    const before = await sizesOf(client);
    await consumeMessages((work) => withClient(url, work), messages);
    await client.query('vacuum analyze');
    const { rows } = await client.query<{ events: number }>(
      'select count(*)::int as events from events',
    );
    const stored = rows[0]?.events ?? Number.NaN;
    const grown = [...(await sizesOf(client))]
      .map(([name, bytes]) => ({ name, bytes: (bytes - (before.get(name) ?? 0)) / stored }))
      .filter(({ bytes }) => bytes >= 1)
      .toSorted((a, b) => b.bytes - a.bytes);
    console.log(
      `bytes of an event with two attempts: ${grown.map(({ name, bytes }) => `${name} ${round(bytes)}`).join(', ')}`,
    );
    return grown
      .filter(({ name }) => name !== 'payloads')
      .reduce((sum, { bytes }) => sum + bytes, 0);
  });
}
