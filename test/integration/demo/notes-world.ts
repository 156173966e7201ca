// The event engine with one table, one trigger and a webhook of the test's own, anew for each test.
/* oxlint-disable vitest/no-standalone-expect -- waiting for a condition is an assertion that many tests share */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { startEventEngine } from '../../../demo/event-engine/engine.ts';
import type { EventEngine, EventEngineOptions } from '../../../demo/event-engine/engine.ts';
import type { EventTrigger } from '../../../demo/event-engine/trigger.ts';
import { createDatabase } from '../../support/database.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';
import type { Answer, Delivery, WebhookReceiver } from './webhook-receiver.ts';

export type LogRow = {
  id: string;
  delivered: boolean;
  error: boolean;
  tries: number;
  locked: Date | null;
  retry_in: number | null;
};

export const atOnce = { interval: 20, timeout: 20_000 };

export class NotesWorld {
  url = '';
  client = new pg.Client();
  /** What the webhook says; 200 unless a test sets it. */
  answer: (delivery: Delivery) => Answer | Promise<Answer> = () => ({ status: 200 });
  problems: string[] = [];
  #receiver: WebhookReceiver | null = null;
  #engines: EventEngine[] = [];

  get receiver(): WebhookReceiver {
    if (!this.#receiver) throw new Error('the webhook is not started yet');
    return this.#receiver;
  }

  /** An event trigger on every write of the table. */
  trigger(changes: Partial<EventTrigger> = {}): EventTrigger {
    return {
      name: 'note_written',
      table: { schema: 'public', name: 'notes' },
      insert: { columns: '*' },
      update: { columns: '*' },
      delete: { columns: '*' },
      webhook: this.receiver.url,
      headers: [],
      retry: { numRetries: 3, intervalSec: 0, timeoutSec: 30 },
      ...changes,
    };
  }

  async start(
    changes: Partial<EventTrigger> = {},
    options: Partial<EventEngineOptions> = {},
  ): Promise<EventEngine> {
    const engine = await startEventEngine({
      url: this.url,
      triggers: [this.trigger(changes)],
      pollMs: 20,
      onProblem: (message) => this.problems.push(message),
      ...options,
    });
    this.#engines.push(engine);
    return engine;
  }

  async eventLog(): Promise<LogRow[]> {
    const found = await this.client.query<LogRow>(
      `select id, delivered, error, tries, locked,
         extract(epoch from next_retry_at - now()::timestamp)::float8 as retry_in
       from hdb_catalog.event_log order by created_at`,
    );
    return found.rows;
  }

  /** Waits until the only event is as described. */
  becomes(expected: Partial<LogRow>): Promise<void> {
    return vi.waitFor(async () => expect(await this.eventLog()).toMatchObject([expected]), atOnce);
  }

  /** Waits until this many events are delivered. */
  delivered(count: number): Promise<void> {
    return vi.waitFor(async () => {
      expect((await this.eventLog()).filter(({ delivered }) => delivered)).toHaveLength(count);
    }, atOnce);
  }

  async reset(): Promise<void> {
    await this.client.query(`
      drop schema if exists hdb_catalog cascade;
      drop table if exists notes;
      create table notes (
        id integer primary key, amount numeric not null default 1.0, note text not null default 'a',
        remark text, doc json not null default '{}', updated_by text default 'jane@example.com')`);
    this.answer = () => ({ status: 200 });
    this.problems = [];
    this.#receiver = await startWebhookReceiver((delivery) => this.answer(delivery));
  }

  async clear(): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine.stop()));
    this.#engines = [];
    await this.receiver.stop();
  }
}

/** Makes the world and keeps it in step with the tests of the file that calls this. */
export function useNotesWorld(): NotesWorld {
  const world = new NotesWorld();
  let database: { url: string; drop(): Promise<void> };
  beforeAll(async () => {
    database = await createDatabase('event_engine');
    world.url = database.url;
    world.client = new pg.Client({ connectionString: database.url });
    await world.client.connect();
  });
  afterAll(async () => {
    await world.client.end();
    await database.drop();
  });
  beforeEach(() => world.reset());
  afterEach(() => world.clear());
  return world;
}
