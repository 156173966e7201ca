// Event triggers as Hasura's metadata (version 3) holds them. Only what is about event triggers.
import type { EventTrigger } from './trigger.ts';

/** @returns the metadata of one source, `default` */
export function metadataOf(triggers: readonly EventTrigger[]): unknown {
  const tables = Map.groupBy(triggers, ({ table }) => JSON.stringify(table));
  return {
    version: 3,
    sources: [
      {
        name: 'default',
        kind: 'postgres',
        tables: [...tables.values()].map((listeners) => ({
          table: listeners[0]?.table,
          event_triggers: listeners.map(eventTrigger),
        })),
      },
    ],
  };
}

function eventTrigger(trigger: EventTrigger): unknown {
  const { name, insert, update, webhook, headers, retry } = trigger;
  return {
    name,
    definition: {
      enable_manual: false,
      ...(insert && { insert }),
      ...(update && { update }),
      ...(trigger.delete && { delete: trigger.delete }),
    },
    retry_conf: {
      num_retries: retry.numRetries,
      interval_sec: retry.intervalSec,
      timeout_sec: retry.timeoutSec,
    },
    webhook,
    headers: headers.map((header) =>
      header.fromEnv === undefined
        ? { name: header.name, value: header.value }
        : { name: header.name, value_from_env: header.fromEnv },
    ),
  };
}
