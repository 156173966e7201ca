// Asks the running world's API, as a machine with a token would, and waits for what must come true.
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import type { z } from 'zod';
import { eventViewSchema, traceDetailSchema, type TraceDetail } from '../../src/api/views.ts';

/** @throws when the answer is not a 2xx of the expected shape */
export async function ask<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  const { dashboardUrl, apiToken } = inject('world');
  const response = await fetch(`${dashboardUrl}${path}`, {
    headers: { authorization: `Bearer ${apiToken}` },
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return schema.parse(await response.json());
}

/** Asks again until the answer satisfies; the last error or value is in the message when it never does. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  satisfies: (value: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const giveUpAt = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < giveUpAt) {
    try {
      const value = await look();
      if (satisfies(value)) return value;
      last = value;
    } catch (error) {
      last = error instanceof Error ? error.message : error;
    }
    await wait(200);
  }
  throw new Error(
    `${what} did not come true within ${withinMs} ms: ${JSON.stringify(last)?.slice(0, 2_000)}`,
  );
}

/**
 * The cascade once it is whole: the event engine has nothing left to deliver (a job's writes are committed
 * before its own event counts as delivered), and every event that it has delivered since the cascade began is recorded
 * with its end.
 */
export async function finishedCascade(traceId: string): Promise<TraceDetail> {
  const client = new pg.Client({ connectionString: inject('world').applicationUrl });
  await client.connect();
  try {
    await until(
      'an event engine with nothing to do',
      () =>
        client.query<{ open: number }>(
          'select count(*)::int as open from hdb_catalog.event_log where not delivered and not error',
        ),
      ({ rows }) => rows[0]?.open === 0,
    );
    // No others: each test leaves some in the log, and asking for all took longer than most tests.
    const { trace } = await ask(`/api/traces/${traceId}`, traceDetailSchema);
    const { rows } = await client.query<{ id: string }>(
      `select id from hdb_catalog.event_log
       where created_at >= ($1::timestamptz at time zone 'UTC') - interval '1 second'`,
      [trace.startedAt],
    );
    for (const { id } of rows) {
      await until(
        `event ${id} on record`,
        () => ask(`/api/events/${id}`, eventViewSchema),
        (event) => event.cause?.evidence !== 'pending',
      );
    }
  } finally {
    await client.end();
  }
  return until(
    `cascade ${traceId} at rest`,
    () => ask(`/api/traces/${traceId}`, traceDetailSchema),
    (detail) => detail.deliveries.every(({ state }) => state !== 'running'),
  );
}
