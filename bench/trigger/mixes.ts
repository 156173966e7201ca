// What the clients write, a transaction each. Both sides send the same statements, but for the call that names
// the cause, which an application without tracking does not make.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';

export type Work = {
  table: string;
  isTracked: boolean;
  copyFile: string;
  /** Which of the clients this is, from 0. */
  client: number;
  /** An id of a row that no other transaction takes. */
  takeRow(): number;
};

export type Mix = {
  name: string;
  kind: 'single' | 'bulk';
  /** Rows to put there before each measurement, for a mix that uses them up. */
  usesRows?: true;
  /** Runs one transaction. */
  run(client: pg.Client, work: Work): Promise<void>;
};

const singleRows = 10_000;
const bulkRows = 1_000;
const anyRow = (): number => 1 + Math.floor(Math.random() * singleRows);
const anyPerson = (): string => `person${Math.floor(Math.random() * 50)}@example.com`;

const names = new Map<string, string>();

/** Prepared once for each connection, as an application's driver does. */
async function prepared(client: pg.Client, text: string, values: unknown[]): Promise<void> {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  await client.query({ name, text, values });
}

const update = (set: string, parameters: (work: Work) => unknown[] = () => []) =>
  async function run(client: pg.Client, work: Work): Promise<void> {
    const text = `update ${work.table} set amount = amount + 1${set} where id = $1`;
    return prepared(client, text, [anyRow(), ...parameters(work)]);
  };

const bulk = (set: string, parameters: () => unknown[]) =>
  async function run(client: pg.Client, work: Work): Promise<void> {
    const text = `update ${work.table} set amount = amount + 1${set} where id between $1 and $2`;
    const first = work.client * bulkRows + 1;
    return prepared(client, text, [first, first + bulkRows - 1, ...parameters()]);
  };

export const mixes: readonly Mix[] = [
  { name: 'email', kind: 'single', run: update(', updated_by = $2', () => [anyPerson()]) },
  { name: 'carried', kind: 'single', run: update('') },
  { name: 'system', kind: 'single', run: update(`, updated_by = 'system'`) },
  {
    name: 'insert',
    kind: 'single',
    run: (client, { table }) =>
      prepared(client, `insert into ${table} (customer_id, amount) values ($1, 1)`, [
        anyRow() % 100,
      ]),
  },
  {
    name: 'job',
    kind: 'single',
    async run(client, work) {
      const id = `order_placed.reserve-stock.${randomUUID()}`;
      // One round trip, as the job kit makes it.
      await client.query(work.isTracked ? `begin; call correlation.caused_by('${id}')` : 'begin');
      await update(', updated_by = $2', () => [id])(client, work);
      await client.query('commit');
    },
  },
  {
    name: 'delete',
    kind: 'single',
    usesRows: true,
    run: (client, work) =>
      prepared(client, `delete from ${work.table} where id = $1`, [work.takeRow()]),
  },
  { name: 'bulk email', kind: 'bulk', run: bulk(', updated_by = $3', () => [anyPerson()]) },
  { name: 'bulk system', kind: 'bulk', run: bulk(`, updated_by = 'system'`, () => []) },
  {
    name: 'copy',
    kind: 'bulk',
    async run(client, { table, copyFile }) {
      await client.query(`copy ${table} (customer_id, amount) from '${copyFile}' csv`);
    },
  },
];
