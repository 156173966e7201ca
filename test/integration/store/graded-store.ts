// An observability database in which a test consumes records and asks what they were judged to be.
import pg from 'pg';
import { expect } from 'vitest';
import { migrate } from '../../../migrations/run.ts';
import { migrationSets } from '../../../migrations/sets.ts';
import { formatSystemId } from '../../../src/correlation/correlation-id.ts';
import { assembleTraceId, hopUuid } from '../../../src/correlation/trace-uuid.ts';
import { consumeRecords } from '../../../src/recorder/consume.ts';
import { withClient } from '../../../src/store/client.ts';
import type { EventFacts, RecordMessage } from '../../../src/store/record.ts';
import { createDatabase } from '../../support/database.ts';
import { whatHappened, whatIsCounted } from '../../support/what-happened.ts';
import { at, sampleAttempt, sampleEvent, startMs } from './sample-records.ts';

type Link = { evidence: string; rule: string; cause: string | null };

export type GradedStore = {
  client: pg.Client;
  empty(): Promise<unknown>;
  /** No batch may have to come again: consumers side by side do not stop each other. */
  consume(records: readonly RecordMessage[]): Promise<void>;
  /** What is reported while these are consumed: message and trigger. */
  reportsOf(records: readonly RecordMessage[]): Promise<string[]>;
  linkOf(eventId: string): Promise<Link | null>;
  /** Event id → the trace that the event's own trace is joined to. */
  joinedTo(eventId: string): Promise<string | null>;
  /** What must not depend on the order: links, cascades, jobs. */
  verdicts(): Promise<unknown>;
  drop(): Promise<void>;
};

export async function createGradedStore(name: string): Promise<GradedStore> {
  const database = await createDatabase(name);
  await migrate({ databaseUrl: database.url, ...migrationSets.observability });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const reportsOf = async (records: readonly RecordMessage[]): Promise<string[]> => {
    const reports: string[] = [];
    const message = { id: 'm', body: records, attempts: 1, ack: () => {}, retry: () => {} };
    await consumeRecords(
      { queue: 'records', messages: [message] },
      {
        connect: (work) => withClient(database.url, work),
        now: () => Date.parse(at(10_000)),
        report: (text, facts) => reports.push(`${text} ${JSON.stringify(facts)}`),
      },
    );
    return reports;
  };
  return {
    client,
    reportsOf,
    empty: () => client.query(`truncate ${whatHappened}, ${whatIsCounted}`),
    async consume(records) {
      expect(await reportsOf(records)).toEqual([]);
    },
    async linkOf(eventId) {
      const { rows } = await client.query<Link>(
        `select evidence, rule, cause_delivery_id as cause from readable_links where event_id = $1`,
        [eventId],
      );
      return rows[0] ?? null;
    },
    async joinedTo(eventId) {
      const { rows } = await client.query<{ joined_to: string | null }>(
        'select t.joined_to from readable_events e join traces t on t.id = e.trace_id where e.id = $1',
        [eventId],
      );
      return rows[0]?.joined_to ?? null;
    },
    async verdicts() {
      const { rows } = await client.query(
        `select 'link' as what, to_jsonb(l)::text as row from readable_links l
         union all select 'trace', to_jsonb(t)::text from readable_traces t
         union all select 'job', to_jsonb(j)::text from jobs j order by 1, 2`,
      );
      return rows;
    },
    async drop() {
      await client.end();
      await database.drop();
    },
  };
}

/** A write that named no cause: the database has minted an actor for its transaction. */
export async function anonymous(given: Partial<EventFacts> & { id: string; atMs: number }) {
  const traceId = assembleTraceId(
    startMs + given.atMs,
    new Uint8Array([7, 7, given.atMs % 256, 7, 7]),
  );
  return sampleEvent({
    op: 'UPDATE',
    actor: formatSystemId('shop', hopUuid(traceId, 'ffffffffff')),
    traceId,
    startsTrace: false,
    ...given,
  });
}

/** An event with a late attempt of its own, so that it is recorded. */
export const reported = (event: EventFacts, beganMs = 30_000) =>
  sampleAttempt(event, { job: `of-${event.id}`, startMs: beganMs, endMs: beganMs + 1 });

/** A trace's id as a `traceparent` carries it, and Hasura's trace context after it. */
export const contextOf = (traceId: string): string => traceId.replaceAll('-', '');
