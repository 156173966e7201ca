// Brings the event catalogue and the row triggers of a database to what the configuration says. It never delivers.
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { metadataOf } from './metadata.ts';
import { triggerFunctionName, triggerSql } from './trigger-sql.ts';
import type { Operation } from './trigger-sql.ts';
import type { EventTrigger, OperationSpec } from './trigger.ts';

/**
 * Installs catalogue and triggers in one transaction; drops the row triggers of event triggers that are no longer
 * configured and archives their events, as Hasura does.
 * @throws when a trigger names a table or a column that is not there, or two triggers share a name
 */
export async function installEventCatalogue(
  url: string,
  triggers: readonly EventTrigger[],
): Promise<void> {
  const names = triggers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) throw new Error(`Two event triggers are called ${twice}. Names must be unique.`);
  const client = new pg.Client({ connectionString: url, application_name: 'event-engine' });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(await readFile(new URL('catalog.sql', import.meta.url), 'utf8'));
    const wanted = new Set<string>();
    for (const trigger of triggers) {
      const columns = await columnsOf(client, trigger);
      for (const [operation, spec] of operationsOf(trigger)) {
        wanted.add(triggerFunctionName(trigger.name, operation));
        await client.query(triggerSql(trigger, operation, spec, columns));
      }
    }
    await dropUnwanted(client, wanted);
    await client.query(
      'update hdb_catalog.event_log set archived = true where not archived and trigger_name <> all($1)',
      [names],
    );
    await client.query(
      `insert into hdb_catalog.hdb_metadata (id, metadata) values (1, $1)
       on conflict (id) do update
         set metadata = excluded.metadata, resource_version = hdb_metadata.resource_version + 1`,
      [JSON.stringify(metadataOf(triggers))],
    );
    await client.query('commit');
  } finally {
    // An open transaction ends with its connection.
    await client.end();
  }
}

function operationsOf(trigger: EventTrigger): [Operation, OperationSpec][] {
  const all: [Operation, OperationSpec | undefined][] = [
    ['INSERT', trigger.insert],
    ['UPDATE', trigger.update],
    ['DELETE', trigger.delete],
  ];
  return all.filter((entry): entry is [Operation, OperationSpec] => entry[1] !== undefined);
}

async function columnsOf(client: pg.Client, trigger: EventTrigger): Promise<string[]> {
  const { schema, name } = trigger.table;
  const found = await client.query<{ column: string }>(
    `select a.attname as "column" from pg_attribute a join pg_class c on c.oid = a.attrelid
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [schema, name],
  );
  if (found.rows.length === 0) {
    throw new Error(`Event trigger ${trigger.name}: there is no table ${schema}.${name}.`);
  }
  return found.rows.map(({ column }) => column);
}

async function dropUnwanted(client: pg.Client, wanted: ReadonlySet<string>): Promise<void> {
  const found = await client.query<{ name: string }>(
    `select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'hdb_catalog' and p.proname like 'notify\\_hasura\\_%'`,
  );
  for (const { name } of found.rows) {
    // Postgres cuts names at 63 bytes, so the wanted ones are compared as it stored them.
    if ([...wanted].some((full) => full.slice(0, 63) === name)) continue;
    await client.query(`drop function hdb_catalog.${pg.escapeIdentifier(name)}() cascade`);
  }
}
