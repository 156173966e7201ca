// Event triggers as they were read from Hasura's metadata. What another version has stored in another form is left out.
import { type EventTriggerDefinition, eventTriggerSchema } from '../coverage/event-triggers.ts';
import type { StoreClient } from '../store/client.ts';
import { readTriggerDefinitions } from '../store/read-coverage.ts';

/** @param source null: of all */
export async function triggerDefinitions(
  client: StoreClient,
  source: string | null,
): Promise<(EventTriggerDefinition & { source: string })[]> {
  const rows = await readTriggerDefinitions(client, source);
  return rows.flatMap((row) => {
    const parsed = eventTriggerSchema.safeParse(row.definition);
    return parsed.success ? [{ ...parsed.data, source: row.source }] : [];
  });
}
