// Reads event triggers out of Hasura's metadata (version 3). Pure; what is not about event triggers is not looked at.
// Source: hasura.io/docs/2.0/api-reference/metadata-api/event-triggers, hdb_catalog.hdb_metadata.
import { z } from 'zod';

const columns = z.union([z.literal('*'), z.array(z.string())]);
const operation = z.object({ columns, payload: columns.nullish() });

const triggerSchema = z.object({
  name: z.string().min(1),
  definition: z.object({
    insert: operation.nullish(),
    update: operation.nullish(),
    delete: operation.nullish(),
  }),
  retry_conf: z.object({ num_retries: z.number().nullish() }).nullish(),
  webhook: z.string().nullish(),
});

const tableSchema = z.object({
  table: z.union([
    z.string(),
    z.object({ schema: z.string().default('public'), name: z.string() }),
  ]),
  event_triggers: z.array(z.unknown()).optional(),
});

const metadataSchema = z.object({
  sources: z
    .array(z.object({ name: z.string(), tables: z.array(z.unknown()).default([]) }))
    .default([]),
});

/** The form in which a definition is stored. */
export const eventTriggerSchema = z.object({
  name: z.string(),
  table: z.object({ schema: z.string(), name: z.string() }),
  /** Which columns fire an UPDATE; null: it does not listen to updates. */
  updateColumns: columns.nullable(),
  /** Which columns are sent, over all operations; `*` where one sends all. */
  payload: columns,
  /** Attempts after the first. Hasura's default is 0. */
  numRetries: z.number(),
  /** Where it sends to, without query; null where a variable of Hasura's says so. */
  webhook: z.string().nullable(),
});

export type EventTriggerDefinition = z.infer<typeof eventTriggerSchema>;

/**
 * @param metadata the column `metadata`
 * @param source our name of the application database: Hasura's source of this name, else its only one, else `default`
 * @returns the triggers, and what could not be read, in words
 */
export function readEventTriggers(
  metadata: unknown,
  source: string,
): { triggers: EventTriggerDefinition[]; unreadable: string[] } {
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) return { triggers: [], unreadable: [z.prettifyError(parsed.error)] };
  const { sources } = parsed.data;
  const own =
    sources.find(({ name }) => name === source) ??
    (sources.length === 1 ? sources[0] : sources.find(({ name }) => name === 'default'));
  const triggers: EventTriggerDefinition[] = [];
  const unreadable: string[] = [];
  for (const entry of own?.tables ?? []) {
    const table = tableSchema.safeParse(entry);
    if (!table.success) {
      unreadable.push(z.prettifyError(table.error));
      continue;
    }
    const name =
      typeof table.data.table === 'string'
        ? { schema: 'public', name: table.data.table }
        : table.data.table;
    for (const item of table.data.event_triggers ?? []) {
      const trigger = triggerSchema.safeParse(item);
      if (trigger.success) triggers.push(definitionOf(trigger.data, name));
      else unreadable.push(`${name.schema}.${name.name}: ${z.prettifyError(trigger.error)}`);
    }
  }
  return { triggers, unreadable };
}

function definitionOf(
  trigger: z.infer<typeof triggerSchema>,
  table: { schema: string; name: string },
): EventTriggerDefinition {
  const { insert, update, delete: remove } = trigger.definition;
  const sent = [insert, update, remove]
    .filter((spec) => spec !== undefined && spec !== null)
    .map((spec) => spec.payload ?? '*');
  return {
    name: trigger.name,
    table,
    updateColumns: update?.columns ?? null,
    payload: sent.includes('*') ? '*' : [...new Set(sent.flat())],
    numRetries: trigger.retry_conf?.num_retries ?? 0,
    webhook: trigger.webhook?.split('?')[0] ?? null,
  };
}
