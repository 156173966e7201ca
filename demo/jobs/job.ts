// What every job of the shop has in common: read the event, do the work once, in one transaction that begins with
// `correlation.use`, and keep the truth. It never decides what the work is.
import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { jobEventSchema } from './event.ts';
import type { JobEvent } from './event.ts';
import { openJobLog } from './job-log.ts';
import type { JobLog } from './job-log.ts';
import type { LogPush } from './log-push.ts';
import { recordWrites } from './recording-client.ts';
import type { JobDatabase } from './recording-client.ts';
import type { TruthLog } from './truth.ts';

/** Netlify's context, as far as the shop uses it, with what the job server provides beside it. */
export type JobContext = {
  requestId: string;
  shop: {
    pool: pg.Pool;
    push: LogPush;
    truth: TruthLog;
    onLine: (line: string) => void;
    /** True where this invocation of a job that may fail must fail. */
    shouldFail(event: JobEvent): boolean;
    /** Multiplies the time that work takes; 0 for none. */
    pace: number;
    /** Ends waits when the server stops. */
    stopping: AbortSignal;
  };
};

/** A Netlify function. */
export type Job = (request: Request, context: JobContext) => Promise<Response>;

export type Work = {
  event: JobEvent;
  db: JobDatabase;
  log: JobLog;
  /** What the job writes to `updated_by`: its correlation ID, or "system". */
  actor: string;
  /** Throws where the world's configuration wants this invocation to fail. */
  mayFail: (message: string) => void;
};

/**
 * Makes a job.
 * @param name its name, as in its path and its logs
 * @param options.takesMs about how long the work takes beside its SQL
 * @param options.instrumented false for a job that ignores its correlation ID: writes "system", logs without the ID
 * @returns answers 200 when done or done before, 400 for a body that is no event, 503 when the work failed
 */
export function defineJob(
  name: string,
  options: { takesMs: number; instrumented?: boolean },
  work: (work: Work) => Promise<void>,
): Job {
  const instrumented = options.instrumented ?? true;
  return async (request, context) => {
    const { shop } = context;
    const parsed = jobEventSchema.safeParse(await request.json().catch(() => null));
    if (!parsed.success) {
      return Response.json({ error: `not an event: ${parsed.error.message}` }, { status: 400 });
    }
    const event = parsed.data;
    const startedAt = new Date().toISOString();
    const received = request.headers.get('x-correlation-id');
    const correlationId = instrumented ? received : null;
    const idempotencyKey = request.headers.get('idempotency-key');
    const { push, onLine } = shop;
    const log = openJobLog({ job: name, eventId: event.id, correlationId, push, onLine });
    const truth = {
      job: name,
      instrumented,
      eventId: event.id,
      idempotencyKey,
      correlationId: received,
      startedAt,
    };
    let transactionAt: string | null = null;

    log.info(`${name} started`, {
      trigger: event.trigger.name,
      attempt: event.delivery_info.current_retry + 1,
    });
    const client = await shop.pool.connect();
    const { db, writes } = recordWrites(client);
    try {
      await client.query('begin');
      transactionAt = await transactionTime(client);
      if (correlationId !== null) await client.query('select correlation.use($1)', [correlationId]);
      if (!(await isFirst(client, name, idempotencyKey ?? event.id))) {
        await client.query('rollback');
        client.release();
        log.info('already done, nothing written');
        await shop.truth.add({
          ...truth,
          endedAt: new Date().toISOString(),
          transactionAt,
          outcome: 'already_done',
          writes: [],
        });
        return Response.json({ job: name, outcome: 'already_done' });
      }
      await wait(options.takesMs * shop.pace, undefined, { signal: shop.stopping });
      await work({
        event,
        db,
        log,
        actor: correlationId ?? 'system',
        mayFail: (message) => {
          if (shop.shouldFail(event)) throw new Error(message);
        },
      });
      await client.query('commit');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // The connection goes, and the transaction with it.
      client.release(true);
      log.error(`${name} failed: ${message}`);
      await shop.truth.add({
        ...truth,
        endedAt: new Date().toISOString(),
        transactionAt,
        outcome: 'failed',
        writes: [],
      });
      return Response.json({ job: name, outcome: 'failed', error: message }, { status: 503 });
    }
    client.release();
    log.info(`${name} done`, { writes: writes.length });
    await shop.truth.add({
      ...truth,
      endedAt: new Date().toISOString(),
      transactionAt,
      outcome: 'done',
      writes,
    });
    return Response.json({ job: name, outcome: 'done', writes: writes.length });
  };
}

/** Marks the work as done within its own transaction; a second one waits here for the first to end. */
async function isFirst(client: pg.PoolClient, job: string, key: string): Promise<boolean> {
  const marked = await client.query(
    'insert into jobs.done (job, idempotency_key) values ($1, $2) on conflict do nothing',
    [job, key],
  );
  return marked.rowCount === 1;
}

async function transactionTime(client: pg.PoolClient): Promise<string | null> {
  const { rows } = await client.query<{ at: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
  );
  return rows[0]?.at ?? null;
}
