// Finds the cascade of a row's write: its event in the event log, then the trace that Throughline put it into.
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import type { World } from './world-file.ts';

const pollMs = 200;

const eventViewSchema = z.object({ traceId: z.string() });

/**
 * Waits until the write is recorded.
 * @param world.apiUrl where `/api/…` is asked, if not at the edge
 * @returns the dashboard's address of the cascade
 * @throws when it is not recorded in time, saying how far it came
 */
export async function findCascade(
  world: Omit<World, 'pid'> & { apiUrl?: string },
  row: { table: string; id: number },
  timeoutMs: number,
): Promise<string> {
  const until = Date.now() + timeoutMs;
  const eventId = await eventOf(world, row);
  const url = new URL(`/api/events/${encodeURIComponent(eventId)}`, world.apiUrl ?? world.edgeUrl);
  let last = 'nothing was asked yet';
  while (Date.now() < until) {
    const answer = await fetch(url, {
      headers: { Authorization: `Bearer ${world.apiToken}` },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => String(error));
    if (typeof answer === 'string') {
      last = answer;
    } else if (answer.ok) {
      const { traceId } = eventViewSchema.parse(await answer.json());
      return new URL(`/c/${traceId}`, world.dashboardUrl).href;
    } else {
      last = `${answer.status} ${(await answer.text()).slice(0, 300)}`;
      if (answer.status !== 404) break;
    }
    await wait(pollMs);
  }
  throw new Error(
    `The order is written and its event is ${eventId}, but ${url.href} did not show it within ` +
      `${timeoutMs / 1000} s. The last answer: ${last}`,
  );
}

/** The first of the events that the row's INSERT made: one for each trigger, all of one trace. */
async function eventOf(
  world: { applicationUrl: string },
  row: { table: string; id: number },
): Promise<string> {
  const client = new pg.Client({ connectionString: world.applicationUrl });
  await client.connect();
  try {
    const found = await client.query<{ id: string }>(
      `select id from hdb_catalog.event_log
       where schema_name = 'public' and table_name = $1 and payload ->> 'op' = 'INSERT'
         and payload #>> '{data,new,id}' = $2 order by created_at desc, trigger_name limit 1`,
      [row.table, String(row.id)],
    );
    const [event] = found.rows;
    if (!event)
      throw new Error(
        `No event trigger reported ${row.table} ${row.id}. Start the world: npm start`,
      );
    return event.id;
  } finally {
    await client.end();
  }
}
