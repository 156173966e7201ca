// The generated applications' database: a few tables that are alike, with event triggers for every write. What a write
// leads to is not in the database but in the scenario, which the row's `plan` names.
import pg from 'pg';
import { defaultRetry, type EventTrigger } from '../../demo/event-engine/trigger.ts';
import { installCorrelation } from '../../migrations/install.ts';
import { jobNameOf, slots, tables } from './scenario.ts';

export async function prepareApplication(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const table of tables) {
      await client.query(
        `create table ${table} (id bigint primary key, plan text not null, n int not null default 0, note text,
           updated_by text, updated_at timestamptz not null default now())`,
      );
    }
    await installCorrelation(url);
    for (const table of tables) {
      if (table !== 'plain') await client.query(`select correlation.track('public.${table}')`);
    }
  } finally {
    await client.end();
  }
}

/** Two for each table, for everything that happens in it but `updated_by` and `updated_at` alone. */
export function eventTriggers(options: {
  edgeUrl: string;
  ingestKey: string;
  jobsUrl: string;
}): EventTrigger[] {
  return tables.flatMap((table) =>
    slots.map((slot) => ({
      name: `${table}_${slot}`,
      table: { schema: 'public', name: table },
      insert: { columns: '*' as const },
      update: { columns: ['plan', 'n', 'note'] },
      delete: { columns: '*' as const },
      webhook: `${options.edgeUrl}/?destinations=${encodeURIComponent(`${options.jobsUrl}/${jobNameOf(table, slot)}`)}`,
      headers: [{ name: 'x-throughline-key', value: options.ingestKey }],
      retry: { ...defaultRetry, numRetries: 5, intervalSec: 1 },
    })),
  );
}
