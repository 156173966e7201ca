// A database in which a test consumes records and rolls them up, and holds rollups against a count of everything.
import pg from 'pg';
import { expect } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { type Connect, withClient } from '../../../src/store/client.ts';
import type { RecordMessage } from '../../../src/store/record.ts';
import { rollUp } from '../../../src/store/roll-up.ts';
import { createDatabase } from '../../support/database.ts';
import { whatHappened, whatIsCounted } from '../../support/what-happened.ts';
import { counted, rollups } from './counted-rollups.ts';
import { expectWrites } from './counted-writes.ts';
import { expectTotals } from './summed-lines.ts';

/** As the cron does, and more. */
export const allStale = { most: 1_000, onlyDue: false, timeoutMs: 20_000 };

export type RolledStore = {
  client: pg.Client;
  url: string;
  /** A connection of its own for each. */
  connect: Connect;
  empty(): Promise<unknown>;
  /** Until it is stored, however often it has to come again. @returns what was reported */
  consume(records: readonly RecordMessage[], through?: Connect): Promise<string[]>;
  /** Rolls up until nothing is stale. */
  settle(): Promise<void>;
  expectExact(): Promise<void>;
  drop(): Promise<void>;
};

export async function createRolledStore(name: string): Promise<RolledStore> {
  const database = await createDatabase(name);
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  const client = new pg.Client(database.url);
  await client.connect();
  const connect: Connect = (work) => withClient(database.url, work);
  return {
    client,
    url: database.url,
    connect,
    empty: () => client.query(`truncate ${whatHappened}, dead_letters, ${whatIsCounted}`),
    async consume(records, through = connect) {
      const reports: string[] = [];
      let isAgain = true;
      while (isAgain) {
        isAgain = false;
        const message = {
          id: 'm',
          body: records,
          attempts: 1,
          ack: () => {},
          retry: () => {
            isAgain = true;
          },
        };
        await consumeRecords(
          { queue: 'records', messages: [message] },
          { connect: through, now: () => Date.now(), report: (text) => reports.push(text) },
        );
      }
      return reports;
    },
    async settle() {
      while ((await rollUp(client, allStale)) > 0);
    },
    async expectExact() {
      for (const grain of ['minute', 'hour'] as const) {
        expect(await rollups(client, grain)).toEqual(await counted(client, grain));
      }
      await expectTotals(client);
      await expectWrites(client);
    },
    async drop() {
      await client.end();
      await database.drop();
    },
  };
}
