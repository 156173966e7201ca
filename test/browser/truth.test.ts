// Holds a cascade against what the jobs wrote down about what they really did. No correlation ID is looked
// at to tell the truth: only rows, times and the keys that the deliveries came with.
import pg from 'pg';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { applicationTables } from '../../demo/application/application.ts';
import { authorOf, readTruth, type Truth, type TruthWrite } from '../../demo/jobs/truth.ts';
import { findCascade } from '../../demo/shop/find-cascade.ts';
import { placeOrder } from '../../demo/shop/place-order.ts';
import { logsViewSchema } from '../../src/api/log-views.ts';
import { type TraceDetail } from '../../src/api/views.ts';
import { ask, finishedCascade, until } from './api.ts';

describe('the cascade of an order', () => {
  let cascade: TraceDetail;
  let truth: Truth[];

  beforeAll(async () => {
    const world = inject('world');
    const { orderId } = await placeOrder({
      url: world.applicationUrl,
      as: 'truth@example.com',
      express: true,
    });
    const address = await findCascade(
      { ...world, apiUrl: world.dashboardUrl },
      { table: 'orders', id: orderId },
      60_000,
    );
    cascade = await finishedCascade(address.split('/').at(-1) ?? '');
    const keys = new Set(cascade.deliveries.map(({ id }) => id));
    truth = await until(
      'the truth about every delivery',
      () => readTruth(world.truthFile),
      (all) => [...keys].every((key) => all.some((entry) => entry.idempotencyKey === key)),
    );
  }, 120_000);

  test('begins with the person and goes at least four hops deep', () => {
    expect(cascade.trace.root?.actor).toMatchObject({ kind: 'user', name: 'truth@example.com' });
    expect(cascade.trace.shape.length).toBeGreaterThanOrEqual(4);
  });

  test('shows each invocation of a job as an attempt of its own delivery', () => {
    for (const delivery of cascade.deliveries) {
      const runs = truth.filter((entry) => entry.idempotencyKey === delivery.id);
      expect(runs.map(({ job }) => job)).toEqual(delivery.attempts.map(() => delivery.job));
      expect(runs.every(({ eventId }) => eventId === delivery.eventId)).toBe(true);
    }
  });

  test('gives every event that cause which really wrote its row', () => {
    const caused = cascade.events.filter((event) => event.cause);
    expect(caused.length).toBeGreaterThan(5);
    for (const event of caused) {
      const author = authorOf(truth, {
        table: event.table?.name ?? '',
        rowId: event.rowKey ?? '',
        op: writtenOp(event.op),
        createdAt: event.createdAt,
      });
      expect(
        event.cause?.deliveryId,
        `who wrote ${event.table?.name} ${event.rowKey} (${event.trigger})`,
      ).toBe(author?.idempotencyKey);
    }
  });

  test('leaves out nothing that an instrumented job of it wrote and a trigger reported', () => {
    const keys = new Set(cascade.deliveries.map(({ id }) => id));
    const inserts = truth
      .filter((entry) => keys.has(entry.idempotencyKey ?? '') && entry.instrumented)
      .flatMap((entry) => entry.writes.map((write) => ({ ...write, by: entry.idempotencyKey })))
      .filter(
        ({ table, op }) => op === 'INSERT' && ['payments', 'shipments', 'emails'].includes(table),
      );
    expect(inserts.length).toBeGreaterThan(2);
    for (const { table, id, by } of inserts) {
      const shown = cascade.events.filter(
        (event) => event.table?.name === table && event.rowKey === id && event.op === 'INSERT',
      );
      expect(shown.length, `${table} ${id}`).toBeGreaterThan(0);
      expect(new Set(shown.map((event) => event.cause?.deliveryId))).toEqual(new Set([by]));
    }
  });

  test('counts a link as certain only for jobs that take part', () => {
    const instrumented = new Map(truth.map((entry) => [entry.idempotencyKey, entry.instrumented]));
    const certain = cascade.events.filter(({ cause }) => cause?.evidence === 'certain');
    expect(certain.length).toBeGreaterThan(5);
    for (const { cause } of certain) {
      expect(instrumented.get(cause?.deliveryId ?? '')).toBe(true);
    }
  });

  test('leaves no row behind that names nobody', async () => {
    const client = new pg.Client({ connectionString: inject('world').applicationUrl });
    await client.connect();
    try {
      for (const table of applicationTables) {
        const { rows } = await client.query<{ updated_by: string | null }>(
          `select updated_by from ${table} where updated_by is null or updated_by ~* '^\\s*(system)?\\s*$'`,
        );
        expect(rows, table).toEqual([]);
      }
    } finally {
      await client.end();
    }
  });

  test('shows with each hop the log lines of its own job, and of no other', async () => {
    for (const delivery of cascade.deliveries) {
      const answer = await ask(`/api/deliveries/${delivery.id}/logs`, logsViewSchema);
      if (answer.state !== 'ok') throw new Error(answer.detail);
      const jobs = new Set(answer.lines.map((line) => line.fields['job']));
      const takesPart = truth.find((entry) => entry.idempotencyKey === delivery.id)?.instrumented;
      expect(jobs).toEqual(takesPart ? new Set([delivery.job]) : new Set());
    }
  });
});

function writtenOp(op: string | null): TruthWrite['op'] {
  if (op === 'INSERT' || op === 'UPDATE' || op === 'DELETE') return op;
  throw new Error(`${op} writes no row`);
}
