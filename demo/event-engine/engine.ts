// Stands in for Hasura v2's event triggers, which cannot run here: the same tables, row triggers, request bodies,
// headers and retry rules. It decides when an event is due and what an answer means; it knows nothing of Throughline.
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { installEventCatalogue } from './catalog.ts';
import { eventBody } from './event.ts';
import type { LockedEvent } from './event.ts';
import {
  batchSize,
  lockDueEvents,
  recordInvocation,
  redeliverEvent,
  unlockEvents,
} from './event-log.ts';
import { isSuccess, requestLog, responseLog } from './invocation.ts';
import { afterFailure } from './retry.ts';
import type { EventTrigger } from './trigger.ts';
import { openWebhook } from './webhook.ts';

export type EventEngine = {
  /** Sends an event again from the start. */
  redeliver(eventId: string): Promise<void>;
  /** Takes no more events, lets those under way end within the grace time, gives the other locks back. */
  stop(): Promise<void>;
};

export type EventEngineOptions = {
  /** Connection string of the application database. */
  url: string;
  triggers: readonly EventTrigger[];
  /** Pause after an empty fetch; Hasura's default is a second. */
  pollMs?: number;
  /** Deliveries at a time; Hasura's default is 100. */
  concurrency?: number;
  /** How long `stop()` lets running deliveries end. */
  graceMs?: number;
  /** Installs catalogue and triggers first; true by default. A second engine on the same database needs none. */
  install?: boolean;
  /** Told of what an operator should know: a database out of reach, an event without its trigger. */
  onProblem?: (message: string) => void;
};

/**
 * Installs the triggers and begins to deliver. Several engines may run on one database.
 * @throws when the database is out of reach or a trigger does not fit its table
 */
export async function startEventEngine(options: EventEngineOptions): Promise<EventEngine> {
  const { url, triggers, pollMs = 1000, concurrency = batchSize, graceMs = 5000 } = options;
  const report = options.onProblem ?? (() => undefined);
  const byName = new Map(triggers.map((trigger) => [trigger.name, trigger]));
  if (options.install ?? true) await installEventCatalogue(url, triggers);
  const pool = new pg.Pool({ connectionString: url, max: 10, application_name: 'event-engine' });
  const webhook = openWebhook();
  const stopping = new AbortController();
  // An idle connection that the server closed; the pool makes a new one.
  pool.on('error', (error) => {
    if (!stopping.signal.aborted) report(`event engine: a connection was lost: ${error.message}`);
  });
  const cancelling = new AbortController();
  const running = new Map<string, Promise<void>>();

  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const events = await lockDueEvents(pool, [...byName.keys()]).catch((error: unknown) => {
        report(`event engine: cannot fetch events: ${describe(error)}`);
        return [];
      });
      for (const [index, event] of events.entries()) {
        while (running.size >= concurrency) await Promise.race(running.values());
        if (stopping.signal.aborted) {
          await unlockEvents(
            pool,
            events.slice(index).map(({ id }) => id),
          );
          return;
        }
        const work = deliver(event)
          .catch((error: unknown) => {
            // The lock stays, so the event comes again after 30 minutes: at least once, as with Hasura.
            report(`event engine: event ${event.id} could not be recorded: ${describe(error)}`);
          })
          .finally(() => running.delete(event.id));
        running.set(event.id, work);
      }
      if (events.length === 0) {
        await wait(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const deliver = async (event: LockedEvent): Promise<void> => {
    const trigger = byName.get(event.triggerName);
    // The fetch asks for the known names only.
    if (!trigger) throw new Error(`there is no event trigger ${event.triggerName}`);
    const body = eventBody(event, trigger.retry.numRetries);
    const answer = await webhook.post({
      url: trigger.webhook,
      headers: trigger.headers,
      body,
      timeoutMs: trigger.retry.timeoutSec * 1000,
      signal: cancelling.signal,
    });
    if (answer.kind === 'cancelled') return unlockEvents(pool, [event.id]);
    const status = answer.kind === 'answer' ? answer.status : null;
    const retryAfter =
      answer.kind === 'answer'
        ? (answer.headers.find(({ name }) => name.toLowerCase() === 'retry-after')?.value ?? null)
        : null;
    await recordInvocation(
      pool,
      event.id,
      {
        triggerName: trigger.name,
        status,
        request: requestLog(body, trigger.headers),
        response: responseLog(answer),
      },
      status !== null && isSuccess(status)
        ? { kind: 'delivered' }
        : afterFailure(event.tries, retryAfter, trigger.retry),
    );
  };

  const polling = poll().catch((error: unknown) => {
    report(`event engine: stopped by an error: ${describe(error)}`);
  });
  return {
    redeliver: (eventId) => redeliverEvent(pool, eventId),
    stop: async () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      const grace = setTimeout(() => cancelling.abort(), graceMs);
      await polling;
      await Promise.all(running.values());
      clearTimeout(grace);
      webhook.close();
      await pool.end();
    },
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
