// Hasura's metadata, version 3, as far as this project uses it: strict, so that a misspelt key fails instead of being
// passed over, as Hasura's own decoder does for most of them. Written from hasura.io/docs/2.0/api-reference/syntax-defs
// (Source, PGConfiguration, PGPoolSettings, SourceCustomization, TableConfig, ManualRelationship mapping,
// SelectPermission, EventTriggerMetadata, RetryConf, AutoEventTriggerCleanupConfig) and
// hasura.io/docs/2.0/api-reference/metadata-api/permission, read in November 2026, v2.48. It shares nothing with the
// stand-in's reading of the same files.
import { z } from 'zod';

const qualifiedTable = z.strictObject({ schema: z.string().min(1), name: z.string().min(1) });
const fromEnvironment = z.strictObject({ from_env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) });
/** GraphQL's own rule: spec.graphql.org/October2021/#Name. */
const graphqlName = z.string().regex(/^[_A-Za-z][_0-9A-Za-z]*$/);
const columns = z.union([z.literal('*'), z.array(z.string()).min(1)]);

const relationship = z.strictObject({
  name: graphqlName,
  using: z.strictObject({
    manual_configuration: z.strictObject({
      remote_table: qualifiedTable,
      column_mapping: z.record(z.string(), z.string()),
      insertion_order: z.null().optional(),
    }),
  }),
});

/** A column with `_in`, or a relationship with a condition of its own; empty: every row. */
const ofColumn = z.record(z.string(), z.strictObject({ _in: z.string() }));
const condition = z.union([ofColumn, z.record(z.string(), ofColumn)]);

const queryRootFields = z.array(z.enum(['select', 'select_by_pk', 'select_aggregate']));
const subscriptionRootFields = z.array(
  z.enum(['select', 'select_by_pk', 'select_aggregate', 'select_stream']),
);

const selectPermission = z.strictObject({
  role: z.string().regex(/^[a-z_]+$/),
  permission: z.strictObject({
    columns,
    filter: condition,
    limit: z.int().positive().optional(),
    allow_aggregations: z.boolean().optional(),
    query_root_fields: queryRootFields.optional(),
    subscription_root_fields: subscriptionRootFields.optional(),
  }),
});

const operation = z.strictObject({ columns, payload: columns.optional() });

const eventTrigger = z.strictObject({
  // Names of triggers: letters, digits, underscores and dashes, 42 characters at most.
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,41}$/),
  definition: z.strictObject({
    enable_manual: z.boolean(),
    insert: operation.optional(),
    update: operation.optional(),
    delete: operation.optional(),
  }),
  retry_conf: z.strictObject({
    num_retries: z.int().min(0),
    interval_sec: z.int().min(1),
    timeout_sec: z.int().min(1),
  }),
  webhook: z.string().min(1),
  headers: z.array(
    z.strictObject({ name: z.string(), value_from_env: z.string().regex(/^[A-Z][A-Z0-9_]*$/) }),
  ),
  cleanup_config: z.strictObject({
    schedule: z.string().regex(/^(\S+ ){4}\S+$/),
    clear_older_than: z.int().positive(),
    clean_invocation_logs: z.boolean().optional(),
    batch_size: z.int().positive().optional(),
    timeout: z.int().positive().optional(),
    paused: z.boolean().optional(),
  }),
});

const table = z.strictObject({
  table: qualifiedTable,
  configuration: z
    .strictObject({ custom_name: graphqlName.optional(), comment: z.string().optional() })
    .optional(),
  object_relationships: z.array(relationship).optional(),
  array_relationships: z.array(relationship).optional(),
  select_permissions: z.array(selectPermission).optional(),
  event_triggers: z.array(eventTrigger).optional(),
});

const source = z.strictObject({
  name: z.string().min(1),
  kind: z.literal('postgres'),
  configuration: z.strictObject({
    connection_info: z.strictObject({
      database_url: fromEnvironment,
      isolation_level: z.enum(['read-committed', 'repeatable-read', 'serializable']).optional(),
      use_prepared_statements: z.boolean().optional(),
      pool_settings: z
        .strictObject({
          max_connections: z.int().positive().optional(),
          total_max_connections: z.int().positive().optional(),
          idle_timeout: z.int().positive().optional(),
          retries: z.int().min(0).optional(),
          pool_timeout: z.int().positive().optional(),
          connection_lifetime: z.int().min(0).optional(),
        })
        .optional(),
    }),
  }),
  customization: z
    .strictObject({
      root_fields: z
        .strictObject({
          namespace: graphqlName.optional(),
          prefix: graphqlName.optional(),
          suffix: graphqlName.optional(),
        })
        .optional(),
      type_names: z
        .strictObject({ prefix: graphqlName.optional(), suffix: graphqlName.optional() })
        .optional(),
      naming_convention: z.enum(['hasura-default', 'graphql-default']).optional(),
    })
    .optional(),
  tables: z.array(table),
});

/** `databases.yaml` with all that it includes. */
export const sourcesSchema = z.array(source);
/** `version.yaml`. */
export const versionSchema = z.strictObject({ version: z.literal(3) });

export type MetadataSource = z.infer<typeof source>;
export type MetadataTable = z.infer<typeof table>;
