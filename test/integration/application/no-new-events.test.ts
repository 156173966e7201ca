// Tracking must not create events: a write that fired nothing before goes on firing nothing. Every case is
// written to two tables that differ in one thing only, whether they are tracked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApplicationDatabase } from './application-database.ts';
import {
  createApplicationDatabase,
  foreignId,
  hop,
  inTransaction,
  installEventLog,
  jane,
  listen,
  otherHop,
  takeEvents,
} from './application-database.ts';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
  const { client } = database;
  await installEventLog(client, 'guarded');
  await client.query(`create function touch() returns trigger language plpgsql as
    $$ begin new.updated_at := clock_timestamp(); return new; end $$;`);
  for (const shape of shapes) {
    for (const table of [`${shape.name}_plain`, `${shape.name}_tracked`]) {
      await client.query(`create table ${table} (id int primary key, ${shape.columns},
        updated_at timestamptz default '2026-01-01', updated_by text)`);
      if (shape.touched) {
        await client.query(
          `create trigger touch before update on ${table} for each row execute function touch()`,
        );
      }
      const names = shape.columns.split(', ').map((column) => column.split(' ')[0] ?? '');
      const data = ['id', ...names];
      await listen(client, { name: `${table}_data`, table, columns: data });
      await listen(client, {
        name: `${table}_all`,
        table,
        columns: [...data, 'updated_at', 'updated_by'],
      });
    }
    await client.query(`select correlation.track('${shape.name}_tracked', system_name => 'shop')`);
  }
});
afterAll(() => database.drop());

type Shape = { name: string; columns: string; touched?: boolean; same: string; other: string };

// `same` writes every column again without a change, by Hasura's comparison; `other` changes one.
const shapes: Shape[] = [
  { name: 'simple', columns: 'amount numeric', same: 'amount = 1.00', other: 'amount = 2' },
  {
    name: 'touched',
    columns: 'amount numeric',
    touched: true,
    same: 'amount = 1.00',
    other: 'amount = 2',
  },
  {
    name: 'generated',
    columns: 'amount numeric, twice numeric generated always as (amount * 2) stored',
    same: 'amount = 1.00',
    other: 'amount = 2',
  },
  {
    name: 'imaged',
    columns: 'amount numeric, note json, spot point',
    same: `note = '{"a": 1}', spot = '(1,2)', amount = 1.0`,
    other: `note = '{"a":1}'`,
  },
];

const actors = [null, '', 'system', 'SYSTEM', jane, '42', hop, foreignId];
const written = [null, ' ', 'system', jane, '42', otherHop, foreignId];
const causes = { 'no ID': '', 'an ID': otherHop };

/** Puts one row there as it stood before tracking, and forgets the events of that. */
async function place(shape: Shape, table: string, previous: string | null): Promise<void> {
  const { client } = database;
  const [columns, values] =
    shape.name === 'imaged' ? [', note, spot', `, '{"a": 1}', '(1,2)'`] : ['', ''];
  await client.query(`set local correlation.mode = 'off'`);
  await client.query(
    `insert into ${table} (id, amount, updated_by${columns}) values (1, 1.0, $1${values})`,
    [previous],
  );
  await client.query(`set local correlation.mode = 'on'`);
  await takeEvents(client);
}

/** The events that one write fires; nothing of it stays. */
async function eventsOf(
  shape: Shape,
  table: string,
  row: { previous: string | null; cause?: string },
  sql: string,
  values: unknown[] = [],
) {
  const { client } = database;
  await client.query('begin');
  try {
    await place(shape, table, row.previous);
    if (row.cause) await client.query('select correlation.use($1)', [row.cause]);
    await client.query(sql, values);
    const events = await takeEvents(client);
    return {
      data: events.filter((event) => event.trigger_name === `${table}_data`).length,
      all: events.filter((event) => event.trigger_name === `${table}_all`).length,
    };
  } finally {
    await client.query('rollback');
  }
}

async function compare(shape: Shape, sets: string, previous: string | null, cause: string) {
  const [plain, tracked] = [`${shape.name}_plain`, `${shape.name}_tracked`];
  const row = { previous, cause };
  return {
    plain: await eventsOf(shape, plain, row, `update ${plain} set ${sets}`),
    tracked: await eventsOf(shape, tracked, row, `update ${tracked} set ${sets}`),
  };
}

const upsert = (
  table: string,
) => `insert into ${table} (id, amount, updated_by) values (1, 1.00, $1)
      on conflict (id) do update set amount = excluded.amount, updated_by = excluded.updated_by`;

const literal = (actor: string | null) => (actor === null ? 'null' : `'${actor}'`);
const cases = shapes.flatMap((shape) =>
  Object.keys(causes).map((cause) => ({
    shape,
    name: shape.name,
    cause: cause as keyof typeof causes,
  })),
);

describe.each(cases)('a job with $cause that saves a row of a $name table', ({ shape, cause }) => {
  it('fires nothing new where nothing changes, whoever it writes as actor', async () => {
    const more: string[] = [];
    for (const previous of actors) {
      for (const actor of written) {
        const sets = `${shape.same}, updated_by = ${literal(actor)}`;
        const { plain, tracked } = await compare(shape, sets, previous, causes[cause]);
        if (tracked.data > plain.data || tracked.all > plain.all)
          more.push(`${previous} → ${actor}`);
      }
    }
    expect(more).toEqual([]);
  });

  it('fires nothing at all where it does not write the actor, or writes the same', async () => {
    for (const previous of actors) {
      for (const sets of [
        shape.same,
        `${shape.same}, updated_by = ${literal(previous)}`,
        'id = id',
      ]) {
        const { plain, tracked } = await compare(shape, sets, previous, causes[cause]);
        expect({ previous, sets, ...tracked }).toEqual({ previous, sets, ...plain });
        expect(tracked.data).toBe(0);
      }
    }
  });

  it('fires nothing however often it writes "system", nothing or an ID of its own', async () => {
    const table = `${shape.name}_tracked`;
    const { client } = database;
    for (const previous of [null, 'system', hop]) {
      await inTransaction(client, () => place(shape, table, previous));
      for (const actor of ['system', null, `job.run.${crypto.randomUUID()}`, 'SYSTEM', otherHop]) {
        await inTransaction(client, async () => {
          await client.query('select correlation.use($1)', [causes[cause]]);
          await client.query(`update ${table} set ${shape.same}, updated_by = $1`, [actor]);
        });
      }
      const fired = await takeEvents(client);
      // An updated_at that a trigger of the application keeps fires on every save, as it always did.
      const own = shape.touched
        ? fired.filter((event) => event.trigger_name.endsWith('_data'))
        : fired;
      expect(own).toEqual([]);
      await client.query(`truncate ${table}`);
    }
  });

  it('fires as before where something changes', async () => {
    for (const previous of actors) {
      for (const actor of written) {
        const sets = `${shape.other}, updated_by = ${literal(actor)}`;
        const { plain, tracked } = await compare(shape, sets, previous, causes[cause]);
        expect({ previous, sets, ...plain }).toEqual({ previous, sets, data: 1, all: 1 });
        expect({ previous, sets, ...tracked }).toEqual({ previous, sets, data: 1, all: 1 });
      }
    }
  });
});

describe('an event trigger that listens to columns with "=" only', () => {
  it('does not fire for another scale where another column of the table has no "="', async () => {
    const { client } = database;
    await listen(client, {
      name: 'imaged_tracked_amount',
      table: 'imaged_tracked',
      columns: ['amount', 'updated_by'],
    });
    const shape = shapes.find(({ name }) => name === 'imaged') as Shape;
    const fired = await inTransaction(client, async () => {
      await place(shape, 'imaged_tracked', hop);
      await client.query(`update imaged_tracked set amount = 1.00, updated_by = 'system'`);
      const events = await takeEvents(client);
      await client.query('delete from imaged_tracked');
      await takeEvents(client);
      return events;
    });
    await client.query('drop trigger imaged_tracked_amount on imaged_tracked');
    const names = fired.map((event) => event.trigger_name);
    expect(names).not.toContain('imaged_tracked_amount');
  });
});

describe.each(shapes)('a $name table that nobody has altered', (shape) => {
  it('never needs the slow way by column names, whatever is written', async () => {
    const { client } = database;
    const table = `${shape.name}_tracked`;
    const slow = await inTransaction(client, async () => {
      await client.query(`set local track_functions = 'all'`);
      for (const previous of actors) {
        await place(shape, table, previous);
        for (const sets of [shape.same, shape.other, 'id = id']) {
          for (const actor of written) {
            await client.query(`update ${table} set ${sets}`);
            await client.query(`update ${table} set ${sets}, updated_by = $1`, [actor]);
          }
          await client.query('select correlation.use($1)', [hop]);
        }
        await client.query('select correlation.use(null)');
        await client.query(`delete from ${table}`);
      }
      return client.query(
        `select funcname from pg_stat_xact_user_functions where funcname in ('decide', 'differ')`,
      );
    });
    await takeEvents(client);
    expect(slow.rows).toEqual([]);
  });
});

describe('a saved row that did not change', () => {
  it('fires nothing new through INSERT … ON CONFLICT DO UPDATE either', async () => {
    const [shape] = shapes as [Shape];
    const more: string[] = [];
    for (const previous of actors) {
      for (const actor of written) {
        const [plain, tracked] = [`${shape.name}_plain`, `${shape.name}_tracked`];
        const before = await eventsOf(shape, plain, { previous }, upsert(plain), [actor]);
        const after = await eventsOf(shape, tracked, { previous }, upsert(tracked), [actor]);
        if (after.data > before.data || after.all > before.all) more.push(`${previous} → ${actor}`);
      }
    }
    expect(more).toEqual([]);
  });

  // The database mints before it asks for the conflict, so "excluded" holds the ID and the condition is true.
  it('fires nothing where ON CONFLICT asks whether the actor differs, though the row is then saved', async () => {
    const [shape] = shapes as [Shape];
    const table = `${shape.name}_tracked`;
    const { client } = database;
    const guarded = `${upsert(table)} where ${table}.updated_by is distinct from excluded.updated_by`;
    await inTransaction(client, () => place(shape, table, 'system'));
    for (const actor of ['system', null, hop, otherHop, 'SYSTEM']) {
      const saved = await client.query(guarded, [actor]);
      expect(saved.rowCount).toBe(1);
    }
    expect(await takeEvents(client)).toEqual([]);
    await client.query(`truncate ${table}`);
  });
});
