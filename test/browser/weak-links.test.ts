// Holds weak links against the truth: what a job without correlation IDs wrote is found by row and time, in
// a world where nothing else writes meanwhile. The truth knows of no ID: only rows, times and keys.
import { beforeAll, describe, expect, inject, test } from 'vitest';
import pg from 'pg';
import { authorOf, readTruth, type Truth } from '../../demo/jobs/truth.ts';
import { runNightly } from '../../demo/shop/nightly.ts';
import {
  eventViewSchema,
  type EventView,
  type TraceDetail,
  tracePageSchema,
} from '../../src/api/views.ts';
import { ask, finishedCascade, until } from './api.ts';
import { signedIn, useBrowser } from './browser.ts';

useBrowser();

describe('the cascade of the nightly price run', () => {
  let stockIds: number[];
  let cascade: TraceDetail;
  let truth: Truth[];

  beforeAll(async () => {
    const world = inject('world');
    ({ stockIds } = await runNightly(world.applicationUrl, () => 0.3));
    const eventId = await latestEvent(world.applicationUrl, 'stock_changed');
    const event = await until(
      'the price change on record',
      () => ask(`/api/events/${eventId}`, eventViewSchema),
      () => true,
    );
    cascade = await finishedCascade(event.traceId);
    truth = await until(
      'the truth about every delivery',
      () => readTruth(world.truthFile),
      (all) => cascade.deliveries.every(({ id }) => all.some((run) => run.idempotencyKey === id)),
    );
  }, 120_000);

  const weak = (): EventView[] => cascade.events.filter(({ cause }) => cause?.evidence === 'weak');

  test('goes on below the job that writes no IDs, by a weak link for each row it wrote', () => {
    expect(cascade.trace.root?.actor).toMatchObject({ kind: 'system', name: 'nightly-prices' });
    expect(stockIds).toHaveLength(2);
    expect(weak().map(({ trigger, rowKey }) => [trigger, Number(rowKey)])).toEqual(
      expect.arrayContaining(stockIds.map((id) => ['search_refreshed', id])),
    );
    expect(cascade.trace.weakLinks).toBe(weak().length);
    expect(cascade.deliveries.map(({ job }) => job)).toContain('purge-cache');
  });

  test('draws each weak link from the run that really wrote the row, and none of them as certain', () => {
    for (const event of weak()) {
      const author = authorOf(truth, {
        table: event.table?.name ?? '',
        rowId: event.rowKey ?? '',
        op: event.op ?? '',
        createdAt: event.createdAt,
      });
      expect(author?.instrumented, `who wrote ${event.table?.name} ${event.rowKey}`).toBe(false);
      expect(event.cause?.deliveryId).toBe(author?.idempotencyKey);
    }
    const silent = new Set(
      truth.filter((run) => !run.instrumented).map((run) => run.idempotencyKey),
    );
    const bySilent = cascade.events.filter(({ cause }) => silent.has(cause?.deliveryId ?? ''));
    expect(bySilent.map(({ cause }) => cause?.evidence)).toEqual(weak().map(() => 'weak'));
  });

  test('is one line of the list', async () => {
    const { traces } = await ask('/api/traces', tracePageSchema);
    const joined = new Set(cascade.events.map(({ traceId }) => traceId));
    expect(joined.size).toBeGreaterThan(1);
    expect(traces.filter(({ id }) => joined.has(id)).map(({ id }) => id)).toEqual([
      cascade.trace.id,
    ]);
  });

  test('shows a joined trace at its root’s address, with the weak links dashed and told in words', async () => {
    const joined = weak()[0]?.traceId ?? '';
    expect(joined).not.toBe(cascade.trace.id);
    const page = await signedIn(`/c/${joined}`);
    await page.waitForURL(`**/c/${cascade.trace.id}*`);
    await page.getByText('weak link · matched by row and time').first().waitFor();
    await page.close();
  });
});

async function latestEvent(applicationUrl: string, trigger: string): Promise<string> {
  const client = new pg.Client({ connectionString: applicationUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `select id from hdb_catalog.event_log where trigger_name = $1
       order by created_at desc, id limit 1`,
      [trigger],
    );
    const [row] = rows;
    if (!row) throw new Error(`No event of the trigger ${trigger} was written.`);
    return row.id;
  } finally {
    await client.end();
  }
}
