// The shop's event triggers, as hasura/ has them for Hasura: which write calls which job, through the edge.
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readMetadataFile } from './metadata-files.ts';
import type { EventTrigger } from './trigger.ts';

const tablesFile = fileURLToPath(
  new URL('../../hasura/metadata/databases/shop/tables/tables.yaml', import.meta.url),
);

const columns = z.union([z.literal('*'), z.array(z.string())]);
const operation = z.object({ columns });

const tablesSchema = z.array(
  z.object({
    table: z.object({ schema: z.string(), name: z.string() }),
    event_triggers: z.array(
      z.object({
        name: z.string(),
        definition: z.object({
          insert: operation.exactOptional(),
          update: operation.exactOptional(),
          delete: operation.exactOptional(),
        }),
        retry_conf: z.object({
          num_retries: z.int(),
          interval_sec: z.int(),
          timeout_sec: z.int(),
        }),
        webhook: z.string(),
        headers: z.array(z.object({ name: z.string(), value_from_env: z.string() })),
      }),
    ),
  }),
);

/**
 * @param options.edgeUrl the edge's origin, where events are sent
 * @param options.ingestKey the key that names the source
 * @param options.jobsUrl the job server's origin
 * @throws when the metadata is no such list or names a variable that is none of the three
 */
export function shopTriggers(options: {
  edgeUrl: string;
  ingestKey: string;
  jobsUrl: string;
}): EventTrigger[] {
  const environment = new Map([
    ['THROUGHLINE_EDGE_URL', withoutSlash(options.edgeUrl)],
    ['THROUGHLINE_INGEST_KEY', options.ingestKey],
    ['SHOP_JOBS_URL_ENCODED', encodeURIComponent(withoutSlash(options.jobsUrl))],
  ]);
  const variable = (name: string): string => {
    const value = environment.get(name);
    if (value === undefined) throw new Error(`${tablesFile}: no variable ${name}`);
    return value;
  };
  return tablesSchema.parse(readMetadataFile(tablesFile)).flatMap(({ table, event_triggers }) =>
    event_triggers.map(({ name, definition, retry_conf, webhook, headers }) => ({
      name,
      table,
      ...definition,
      webhook: webhook.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => variable(key)),
      headers: headers.map((header) => ({
        name: header.name,
        value: variable(header.value_from_env),
        fromEnv: header.value_from_env,
      })),
      retry: {
        numRetries: retry_conf.num_retries,
        intervalSec: retry_conf.interval_sec,
        timeoutSec: retry_conf.timeout_sec,
      },
    })),
  );
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '');
}
