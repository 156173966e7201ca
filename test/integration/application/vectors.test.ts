// The SQL twin of the correlation core, held against the same vectors.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintSystemId } from '../../../src/correlation/mint.ts';
import { parseCorrelationId } from '../../../src/correlation/correlation-id.ts';
import { timeOf, uuidPlace } from '../../../src/correlation/trace-uuid.ts';
import vectors from '../../vectors/correlation.json' with { type: 'json' };
import type { ApplicationDatabase } from './application-database.ts';
import { createApplicationDatabase, one } from './application-database.ts';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
});
afterAll(() => database.drop());

const nothing = { kind: null, trigger: null, job: null, system: null, uuid: null };

describe('the shared vectors, in SQL', () => {
  it.each(vectors.names)('spell the name $text as $name: $note', async ({ text, name }) => {
    const sql = 'select correlation.normalise_name($1) as name';
    expect(await one(database.client, sql, [text])).toEqual({ name });
  });

  it.each(vectors.parse)('take $text apart: $note', async ({ text, id }) => {
    const sql = 'select * from correlation.parse($1)';
    expect(await one(database.client, sql, [text])).toEqual({ ...nothing, ...id });
    const isId = await one(database.client, 'select correlation.is_id($1) as "is"', [text]);
    expect(isId).toEqual({ is: id !== null });
  });

  it.each(vectors.generic)('know whether $actor names anybody', async ({ actor, generic }) => {
    const sql = 'select correlation.is_generic($1) as generic';
    expect(await one(database.client, sql, [actor])).toEqual({ generic });
  });

  it.each(vectors.places)('place $uuid: $note', async ({ uuid, place, traceId }) => {
    const sql = 'select correlation.place($1) as place, correlation.trace_id($1) as "traceId"';
    expect(await one(database.client, sql, [uuid])).toEqual({ place, traceId });
  });

  it.each(vectors.deliveries.filter(({ eventId }) => !eventId.includes('\0')))(
    'agree with Postgres’ own SHA-256: $note',
    async ({ source, eventId, target, deliveryId }) => {
      const sql = String.raw`select encode(sha256(convert_to($1, 'UTF8') || '\x00' || convert_to($2, 'UTF8')
        || '\x00' || convert_to($3, 'UTF8')), 'hex') as "deliveryId"`;
      expect(await one(database.client, sql, [source, eventId, target])).toEqual({ deliveryId });
    },
  );
});

describe('an ID minted by the database', () => {
  it('has the transaction’s time, the place that was asked for, and chance in its other bits', async () => {
    const row = await one<{ declared: string; unattributed: string; now: string }>(
      database.client,
      `select correlation.mint('Nightly Report') as declared, correlation.mint('shop', true) as unattributed,
        floor(extract(epoch from now()) * 1000)::bigint as now`,
    );
    const [action, write] = [
      parseCorrelationId(row.declared),
      parseCorrelationId(row.unattributed),
    ];
    expect(action).toMatchObject({ kind: 'system', system: 'nightly-report' });
    expect(write).toMatchObject({ kind: 'system', system: 'shop' });
    expect(uuidPlace(action?.uuid ?? '')).toBe('trace');
    expect(uuidPlace(write?.uuid ?? '')).toBe('unattributed');
    expect(timeOf(action?.uuid ?? '')).toBe(Number(row.now));
    expect(action?.uuid.slice(0, 26)).not.toBe(write?.uuid.slice(0, 26));
    expect(row.declared).toHaveLength(mintSystemId('Nightly Report', { nowMs: 0 }).length);
  });

  it('is named "unnamed" where there is no name', async () => {
    const row = await one(database.client, 'select correlation.mint(null) as id');
    expect(row['id']).toMatch(/^unnamed\./);
  });
});
