// Thousands of odd values, read by TypeScript and by SQL: both must say the same, and the trigger must do what
// both say. Each comparison is one round trip; a failure prints the seed and the first values that differ.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isGenericActor } from '../../../src/correlation/actor.ts';
import {
  formatHopId,
  formatSystemId,
  parseCorrelationId,
} from '../../../src/correlation/correlation-id.ts';
import { normaliseName } from '../../../src/correlation/names.ts';
import { traceIdOf, uuidPlace } from '../../../src/correlation/trace-uuid.ts';
import { nearMiss, oddActor } from '../../support/odd-values.ts';
import type { ApplicationDatabase } from './application-database.ts';
import { createApplicationDatabase, hop, inTransaction } from './application-database.ts';

let database: ApplicationDatabase;
beforeAll(async () => {
  database = await createApplicationDatabase();
  await database.client
    .query(`create table fuzzed (id int primary key, amount int, updated_by text);
    select correlation.track('fuzzed', system_name => 'shop')`);
});
afterAll(() => database.drop());

const seed = Math.floor(Math.random() * 2 ** 31);
const values = fc
  .sample(fc.oneof(oddActor, nearMiss), { numRuns: 4000, seed })
  // What Postgres has no text for.
  .map((text) => text.replaceAll('\0', '0'))
  .filter((text) => text.isWellFormed());

type Compared = { text: unknown; typescript: unknown; sql: unknown };

/** The first few that differ. */
const differing = (rows: readonly Compared[]): Compared[] =>
  rows
    .filter(({ typescript, sql }) => JSON.stringify(typescript) !== JSON.stringify(sql))
    .slice(0, 3);

const idInTypescript = (text: string) => {
  const id = parseCorrelationId(text);
  const place = id && uuidPlace(id.uuid);
  return {
    kind: id?.kind ?? null,
    trigger: id?.kind === 'hop' ? id.trigger : null,
    job: id?.kind === 'hop' ? id.job : null,
    system: id?.kind === 'system' ? id.system : null,
    uuid: id?.uuid ?? null,
    isId: id !== null,
    generic: isGenericActor(text),
    name: normaliseName(text),
    canonical:
      id &&
      (id.kind === 'hop'
        ? formatHopId(id.trigger, id.job, id.uuid)
        : formatSystemId(id.system, id.uuid)),
    place,
    traceId: id && place !== 'foreign' ? traceIdOf(id.uuid) : null,
  };
};

/** Replaced by, or in place of, another such value in a row that does not change otherwise. */
const silent = (text: string) => isGenericActor(text) || parseCorrelationId(text) !== null;

describe('odd values', () => {
  it('are drawn from every class', () => {
    const ids = values.filter((text) => parseCorrelationId(text) !== null);
    const generic = values.filter(isGenericActor);
    expect(ids.length).toBeGreaterThan(100);
    expect(generic.length).toBeGreaterThan(100);
    expect(values.length - ids.length - generic.length).toBeGreaterThan(1000);
  });

  it('are read the same in SQL', async () => {
    const read = await database.client.query(
      `select kind, trigger, job, system, uuid, correlation.is_id(text) as "isId",
        correlation.is_generic(text) as generic, correlation.normalise_name(text) as name,
        correlation.canonical(text) as canonical, correlation.place(uuid) as place,
        correlation.trace_id(uuid) as "traceId"
      from unnest($1::text[]) with ordinality as given (text, number), lateral correlation.parse(text)
      order by number`,
      [values],
    );
    const compared = values.map((text, index) => {
      const sql = read.rows[index];
      // place() says "foreign" of no uuid at all, too.
      return {
        text,
        typescript: idInTypescript(text),
        sql: { ...sql, place: sql.uuid && sql.place },
      };
    });
    expect({ seed, differing: differing(compared) }).toEqual({ seed, differing: [] });
  });

  it.each(['no ID', 'an ID'])(
    'are written, kept or replaced by the trigger as both say, in a transaction with %s',
    async (cause) => {
      const id = cause === 'an ID' ? hop : '';
      const writes = values.map((previous, index) => ({
        previous,
        actor: values[(index * 7 + 1) % values.length] ?? '',
        changes: index % 2 === 0,
      }));
      const { client } = database;
      const after = await inTransaction(client, async () => {
        await client.query('truncate fuzzed');
        await client.query(`set local correlation.mode = 'off'`);
        await client.query(
          `insert into fuzzed select number, 0, text from unnest($1::text[]) with ordinality as given (text, number)`,
          [values],
        );
        await client.query(`set local correlation.mode = 'on'`);
        await client.query('select correlation.use($1)', [id]);
        await client.query(
          `update fuzzed set amount = case when changes then 1 else 0 end, updated_by = actor
          from unnest($1::text[], $2::bool[]) with ordinality as given (actor, changes, number) where id = number`,
          [writes.map(({ actor }) => actor), writes.map(({ changes }) => changes)],
        );
        return client.query<{ updated_by: string }>('select updated_by from fuzzed order by id');
      });
      const compared = writes.map(({ previous, actor, changes }, index) => {
        const written = after.rows[index]?.updated_by ?? '';
        const minted = /^shop\.[-0-9a-f]{26}f{10}$/.test(written) && written !== previous;
        const named = (() => {
          if (!changes && (actor === previous || (silent(actor) && silent(previous))))
            return previous;
          if (isGenericActor(actor)) return id || 'minted';
          return actor === previous && id ? id : actor;
        })();
        return {
          text: { previous, actor, changes },
          typescript: named,
          sql: minted ? 'minted' : written,
        };
      });
      expect({ seed, differing: differing(compared) }).toEqual({ seed, differing: [] });
    },
  );
});
