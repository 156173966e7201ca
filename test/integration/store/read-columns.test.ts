// Columns give the rows back that a plain select gives, however many of them have what is usual.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readColumns } from '../../../src/store/read-columns.ts';
import { createDatabase } from '../../support/database.ts';

type Row = {
  dense: number | null;
  word: string | null;
  flag: boolean | null;
  count: number | null;
  nothing: string | null;
  json: unknown;
};

let database: Awaited<ReturnType<typeof createDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await createDatabase('read_columns');
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const usual = "it's";
const row: fc.Arbitrary<Row> = fc.record({
  dense: fc.option(fc.integer({ min: -9, max: 9 })),
  word: fc.oneof(fc.constantFrom(usual, null, '', 'other'), fc.string({ unit: 'grapheme-ascii' })),
  flag: fc.constantFrom(true, false, null),
  count: fc.constantFrom(1, 1, 1, 0, null),
  nothing: fc.option(fc.constantFrom('', 'something'), { freq: 2 }),
  json: fc.constantFrom(null, { a: [1, null] }, [], 'text'),
});

test('as rows, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
      const columns = await readColumns<Row>(
        client,
        {
          dense: 'x.dense',
          word: { sql: 'x.word', mostly: usual },
          flag: { sql: 'x.flag', mostly: true },
          count: { sql: 'x.count', mostly: 1 },
          nothing: { sql: 'x.nothing', mostly: null },
          json: { sql: 'x.json', mostly: null },
        },
        `json_to_recordset($1::json) as x
           (place int, dense int, word text, flag boolean, count int, nothing text, json json) order by x.place desc`,
        [JSON.stringify(rows.map((one, place) => ({ ...one, place: -place })))],
      );
      expect(
        rows.map((_, place) => ({
          dense: columns.dense[place],
          word: columns.word[place],
          flag: columns.flag[place],
          count: columns.count[place],
          nothing: columns.nothing[place],
          json: columns.json[place],
        })),
      ).toEqual(rows);
      expect(
        Object.values(columns)
          .filter(Array.isArray)
          .map(({ length }) => length),
      ).toEqual(Array(6).fill(rows.length));
    }),
    { numRuns: 200 },
  );
});
