// hasura/ beside Hasura's own form and beside the databases: every table, column, role and trigger that it names is
// there, and nobody reads through it what is not theirs.
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMetadataFile } from '../../../demo/event-engine/metadata-files.ts';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import {
  type MetadataSource,
  type MetadataTable,
  sourcesSchema,
  versionSchema,
} from '../../contracts/hasura/metadata-schema.ts';
import { createDatabase } from '../../support/database.ts';
import { createShopDatabase } from '../demo/shop-database.ts';

const file = (name: string): unknown =>
  readMetadataFile(fileURLToPath(new URL(`../../../hasura/metadata/${name}`, import.meta.url)));

const sources = sourcesSchema.parse(file('databases/databases.yaml'));
const sourceNamed = (name: string): MetadataSource => {
  const found = sources.find((source) => source.name === name);
  if (!found) throw new Error(`No source ${name}`);
  return found;
};
const observability = sourceNamed('observability');
const shop = sourceNamed('shop');
const nameOf = ({ table }: MetadataTable): string => `${table.schema}.${table.name}`;

/** Columns that hold what a row or a request carried, or what a job answered. */
const forOperators = [
  'old_row',
  'new_row',
  'session_variables',
  'session_correlation_id',
  'session_user_name',
  'context_trace_id',
  'error',
  'answer',
];
/** What a replay needs and no reader does. */
const forNobody = ['headers', 'body', 'body_key', 'facts'];

let stores: Map<string, { url: string; drop(): Promise<void> }>;
const columnsOf = new Map<MetadataSource, Map<string, Map<string, string>>>();

beforeAll(async () => {
  stores = new Map([
    ['observability', await createDatabase('hasura')],
    ['shop', await createShopDatabase('hasura_shop')],
  ]);
  const url = stores.get('observability')?.url ?? '';
  await migrate({ databaseUrl: url, ...migrationSets.observability });
  for (const source of sources) {
    const client = new pg.Client(stores.get(source.name)?.url);
    await client.connect();
    const { rows } = await client.query<{ relation: string; name: string; type: string }>(
      `select format('%s.%s', n.nspname, c.relname) as relation, a.attname as name, a.atttypid::regtype::text as type
         from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and a.attnum > 0 and not a.attisdropped`,
    );
    await client.end();
    const relations = new Map<string, Map<string, string>>();
    for (const { relation, name, type } of rows) {
      const columns = relations.get(relation) ?? new Map<string, string>();
      relations.set(relation, columns.set(name, type));
    }
    columnsOf.set(source, relations);
  }
});
afterAll(async () => {
  for (const store of stores.values()) await store.drop();
});

function typeOf(source: MetadataSource, relation: string, column: string): string | undefined {
  return columnsOf.get(source)?.get(relation)?.get(column);
}

test('the version is the third', () => {
  expect(versionSchema.parse(file('version.yaml'))).toEqual({ version: 3 });
});

describe('the observability source', () => {
  test('has an address, a pool and names of its own', () => {
    const { configuration, customization } = observability;
    expect(configuration.connection_info.database_url).toEqual({
      from_env: 'OBSERVABILITY_HASURA_DATABASE_URL',
    });
    expect(configuration.connection_info.pool_settings?.max_connections).toBe(5);
    expect(customization?.root_fields?.namespace).toBe('throughline');
    expect(customization?.type_names?.prefix).toBe('tl_');
  });

  test('names each table once, in the database and in GraphQL', () => {
    const names = observability.tables.map(nameOf);
    const graphql = observability.tables.map(({ configuration }) => configuration?.custom_name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(graphql).size).toBe(names.length);
  });

  describe.each(observability.tables.map((table) => [nameOf(table), table] as const))(
    '%s',
    (relation, table) => {
      const relationships = [
        ...(table.object_relationships ?? []),
        ...(table.array_relationships ?? []),
      ];

      test('has every column that a role may read', () => {
        for (const { permission } of table.select_permissions ?? []) {
          if (permission.columns === '*') throw new Error('name the columns: new ones stay closed');
          for (const column of permission.columns) {
            expect([column, typeOf(observability, relation, column)]).toEqual([
              column,
              expect.any(String),
            ]);
          }
        }
      });

      test('is related by columns of the same type, and its trace among them', () => {
        for (const { name, using } of relationships) {
          const { remote_table: to, column_mapping: mapping } = using.manual_configuration;
          const remote = `${to.schema}.${to.name}`;
          expect(observability.tables.map(nameOf), name).toContain(remote);
          const types = Object.entries(mapping).map(([from, into]) => [
            typeOf(observability, relation, from),
            typeOf(observability, remote, into),
          ]);
          for (const [here, there] of types) {
            expect(here, name).toBeDefined();
            expect(there, name).toBe(here);
          }
          // The tables are split by trace: without it a relationship would look through every partition.
          expect(types.flat(), name).toContain('uuid');
        }
      });

      test('is read by operators, and by viewers of its source without what it carried', () => {
        const permissions = new Map(
          table.select_permissions?.map(({ role, permission }) => [role, permission]),
        );
        expect([...permissions.keys()].toSorted()).toEqual(['operator', 'viewer']);
        const viewer = permissions.get('viewer');
        const operator = permissions.get('operator');
        expect(JSON.stringify(viewer?.filter)).toContain(
          '"source":{"_in":"X-Hasura-Throughline-Sources"}',
        );
        expect(viewer).toMatchObject({ limit: 100, allow_aggregations: false });
        expect(operator).toMatchObject({ limit: 1_000 });
        for (const column of forOperators) expect(viewer?.columns).not.toContain(column);
        for (const column of forNobody) expect(operator?.columns).not.toContain(column);
      });
    },
  );

  test('has a filter by source only where there is a source to filter by', () => {
    for (const table of observability.tables) {
      const filter = table.select_permissions?.find(({ role }) => role === 'viewer')?.permission
        .filter;
      const [key = ''] = Object.keys(filter ?? {});
      const through = table.object_relationships?.find(({ name }) => name === key)?.using
        .manual_configuration.remote_table;
      const relation = through ? `${through.schema}.${through.name}` : nameOf(table);
      expect([nameOf(table), typeOf(observability, relation, 'source')]).toEqual([
        nameOf(table),
        'text',
      ]);
    }
  });
});

describe('the shop’s event triggers', () => {
  const triggers = shop.tables.flatMap((table) =>
    (table.event_triggers ?? []).map((trigger) => ({ relation: nameOf(table), trigger })),
  );

  test.each(triggers.map((entry) => [entry.trigger.name, entry] as const))(
    '%s goes through the edge, with the key from the environment, and cleans up',
    (_name, { relation, trigger }) => {
      expect(columnsOf.get(shop)?.has(relation)).toBe(true);
      expect(trigger.webhook).toMatch(
        /^\{\{THROUGHLINE_EDGE_URL\}\}\/\?destinations=\{\{\w+\}\}%2F/,
      );
      expect(trigger.headers).toEqual([
        { name: 'x-throughline-key', value_from_env: 'THROUGHLINE_INGEST_KEY' },
      ]);
      expect(trigger.cleanup_config.clear_older_than).toBeGreaterThanOrEqual(24);
      for (const spec of [
        trigger.definition.insert,
        trigger.definition.update,
        trigger.definition.delete,
      ]) {
        if (!spec || spec.columns === '*') continue;
        for (const column of spec.columns) expect(typeOf(shop, relation, column)).toBeDefined();
      }
    },
  );

  test('have names of their own', () => {
    const names = triggers.map(({ trigger }) => trigger.name);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the contract', () => {
  test.each([
    ['a key that is misspelt', { select_permission: [] }],
    ['a right to write', { insert_permissions: [] }],
  ])('does not take %s', (_what, extra) => {
    const [first] = observability.tables;
    const changed = [{ ...observability, tables: [{ ...first, ...extra }] }];
    expect(sourcesSchema.safeParse(changed).success).toBe(false);
  });
});
