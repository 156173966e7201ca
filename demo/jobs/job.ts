// What every job of the shop has in common: read the event, do the work once, in one transaction that is told its
// cause, and keep the truth, which knows nothing of the job kit. It never decides what the work is.
import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { currentCorrelationId, useCorrelation, withCorrelation } from '../../job/src/index.ts';
import { jobEventSchema } from './event.ts';
import type { JobEvent } from './event.ts';
import { openJobLog } from './job-log.ts';
import type { JobLog } from './job-log.ts';
import type { LogPush } from './log-push.ts';
import { recordWrites } from './recording-client.ts';
import type { JobDatabase } from './recording-client.ts';
import type { Truth, TruthLog } from './truth.ts';

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
  const handle: Job = async (request, context) => {
    const { shop } = context;
    const parsed = jobEventSchema.safeParse(await request.json().catch(() => null));
    if (!parsed.success) {
      return Response.json({ error: `not an event: ${parsed.error.message}` }, { status: 400 });
    }
    const event = parsed.data;
    const startedAt = new Date().toISOString();
    const received = request.headers.get('x-correlation-id');
    const idempotencyKey = request.headers.get('idempotency-key');
    const { push, onLine } = shop;
    const log = openJobLog({ job: name, eventId: event.id, push, onLine });
    log.info(`${name} started`, {
      trigger: event.trigger.name,
      attempt: event.delivery_info.current_retry + 1,
    });
    const result = await inTransaction(shop.pool, async (client, db) => {
      if (!(await isFirst(client, name, idempotencyKey ?? event.id))) return 'already_done';
      await wait(options.takesMs * shop.pace);
      await work({
        event,
        db,
        log,
        actor: currentCorrelationId() ?? 'system',
        mayFail: (message) => {
          if (shop.shouldFail(event)) throw new Error(message);
        },
      });
      return 'done';
    });
    if (result.outcome === 'failed') log.error(`${name} failed: ${result.error}`);
    else if (result.outcome === 'done') log.info(`${name} done`, { writes: result.writes.length });
    else log.info('already done, nothing written');
    await shop.truth.add({
      job: name,
      instrumented,
      eventId: event.id,
      idempotencyKey,
      correlationId: received,
      startedAt,
      endedAt: new Date().toISOString(),
      transactionAt: result.transactionAt,
      outcome: result.outcome,
      writes: result.writes,
    });
    return Response.json(
      { job: name, outcome: result.outcome, writes: result.writes.length, error: result.error },
      { status: result.outcome === 'failed' ? 503 : 200 },
    );
  };
  return instrumented ? withCorrelation(handle) : handle;
}

type Result = Pick<Truth, 'transactionAt' | 'outcome' | 'writes'> & { error?: string };

/** Works in one transaction that is told its cause: all of it is kept, or nothing. */
async function inTransaction(
  pool: pg.Pool,
  work: (client: pg.PoolClient, db: JobDatabase) => Promise<'done' | 'already_done'>,
): Promise<Result> {
  let client: pg.PoolClient | null = null;
  let transactionAt: string | null = null;
  let problem: Error | undefined;
  try {
    client = await pool.connect();
    const { db, writes } = recordWrites(client);
    await client.query('begin');
    await useCorrelation(client);
    transactionAt = await transactionTime(client);
    const outcome = await work(client, db);
    await client.query('commit');
    return { outcome, transactionAt, writes };
  } catch (error) {
    problem = error instanceof Error ? error : new Error(String(error));
    return { outcome: 'failed', transactionAt, writes: [], error: problem.message };
  } finally {
    // After a failure the connection goes, and its transaction with it.
    client?.release(problem);
  }
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
