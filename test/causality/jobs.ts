// The generated applications' jobs: each does what the scenario says for the event that it gets, in real transactions,
// and writes down which events it made.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import {
  type Job,
  type Root,
  type Slot,
  slots,
  type Style,
  type Styles,
  type Table,
  type Write,
} from './scenario.ts';
import type { Author, TrueEvent } from './truth.ts';

type Row = { table: Table; id: number };
type HasuraBody = {
  id: string;
  table: { name: Table };
  event: { op: TrueEvent['op']; data: { old: RowData | null; new: RowData | null } };
};
type RowData = { id: number; plan: string };

/** A transaction that writes what a delivery leads to. */
type Work = {
  scenario: number;
  writes: readonly Write[];
  /** Null for a root. */
  author: Author;
  correlationId: string | null;
  style: Style | null;
  isBackground: boolean;
  timeZone: string;
  /** The row that the job's event is about; null for a root, and where it was deleted. */
  about: Row | null;
  /** Before anything is written. */
  begin: (client: pg.PoolClient) => Promise<void>;
};

export class Jobs {
  readonly truth: TrueEvent[] = [];
  /** Events that a save of something unchanged has made: there must be none. */
  readonly fromUnchanged: string[] = [];
  /** What went wrong in a job itself: a defect of the simulation. */
  readonly problems: string[] = [];
  readonly #pool: pg.Pool;
  readonly #styles: Styles;

  readonly #plans = new Map<string, { scenario: number; write: Write }>();
  /** Idempotency keys of deliveries whose work is done, and of those that crashed once. */
  readonly #done = new Set<string>();
  readonly #crashed = new Set<string>();
  /** Rows that a delivery has written. */
  readonly #written = new Map<string, Map<string, number>>();
  #nextRow = 1;
  #nextPlan = 1;
  #atWork = 0;
  #server: Server | null = null;

  constructor(applicationUrl: string, styles: Styles) {
    this.#styles = styles;

    this.#pool = new pg.Pool({ connectionString: applicationUrl, max: 16 });
  }

  /** Nothing runs, in the background neither. */
  get isIdle(): boolean {
    return this.#atWork === 0;
  }

  async listen(): Promise<string> {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
    await this.#pool.end();
  }

  /** Makes a scenario's root write: a person's, a script's. */
  async begin(scenario: number, root: Root): Promise<void> {
    await this.#transact({
      scenario,
      writes: root.writes,
      author: null,
      correlationId: null,
      style: null,
      isBackground: false,
      timeZone: 'UTC',
      about: null,
      begin: async (client) => {
        if (root.by === 'person_in_session') {
          await setLocal(
            client,
            'hasura.user',
            '{"x-hasura-role":"user","x-hasura-user-email":"ann@example.com"}',
          );
        }
        if (root.by === 'declared_system') await setLocal(client, 'correlation.system', 'nightly');
        if (root.by === 'person') await setLocal(client, 'simulation.actor', 'jane@example.com');
      },
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const status = await this.#answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  }

  async #answer(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as HasuraBody;
    const name = (request.url ?? '/').slice(1);
    const slot = slots.find((candidate) => name.endsWith(`-${candidate}`)) ?? 'one';
    const key = String(request.headers['idempotency-key']);
    const job = this.#jobFor(body, slot);
    if (!job || this.#done.has(key)) return 200;
    const work = this.#work(job, body, {
      name,
      key,
      id: String(request.headers['x-correlation-id']),
    });
    if (job.job.isBackground) {
      this.#done.add(key);
      void work();
      return 200;
    }
    return work();
  }

  #jobFor(body: HasuraBody, slot: Slot): { job: Job; scenario: number } | null {
    const row = body.event.data.new ?? body.event.data.old;
    const suffix = body.event.op === 'DELETE' ? ':delete' : '';
    const plan = this.#plans.get(`${row?.plan}${suffix}`);
    const job = plan?.write.jobs[slot];
    return plan && job ? { job, scenario: plan.scenario } : null;
  }

  #work(
    { job, scenario }: { job: Job; scenario: number },
    body: HasuraBody,
    delivery: { name: string; key: string; id: string },
  ): () => Promise<number> {
    return async () => {
      this.#atWork += 1;
      try {
        await wait(job.pauseMs);
        const first = !this.#crashed.has(delivery.key);
        this.#crashed.add(delivery.key);
        const crash = first && !job.isBackground ? job.crash : 'no';
        const about = body.event.data.new;
        const style = this.#styles.get(delivery.name) ?? 'use';

        const common = {
          scenario,
          author: { eventId: body.id, job: delivery.name },
          correlationId: delivery.id,
          style,
          isBackground: job.isBackground,
          timeZone: job.timeZone,
          about: about && { table: body.table.name, id: about.id },
          begin: (client: pg.PoolClient) => nameInSession(client, style, delivery.id),
        };
        const rows = await this.#transact(
          { ...common, writes: job.writes },
          crash === 'before_commit',
        );
        if (crash === 'before_commit') return 500;
        this.#done.add(delivery.key);
        if (job.savesAgain) await this.#saveUnchanged(rows, common);
        return crash === 'after_commit' ? 500 : 200;
      } catch (error) {
        this.problems.push(`${delivery.name}: ${String(error)}`);
        return 500;
      } finally {
        this.#atWork -= 1;
      }
    };
  }

  /** @returns the rows that were written and are still there */
  async #transact(work: Work, isLost = false): Promise<Row[]> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      await setLocal(client, 'timezone', work.timeZone);
      await work.begin(client);
      const plans: string[] = [];
      const rows: Row[] = [];
      for (const write of work.writes) {
        const plan = `p${this.#nextPlan++}`;
        plans.push(plan);
        const row = await this.#write(client, work, write, plan);
        if (row) rows.push(row);
      }
      const made = await eventsOfTransaction(client);
      if (isLost) {
        await client.query('rollback');
        return [];
      }
      // Before the commit: an event can reach its job before we come back from it.
      this.#note(work, made);
      await client.query('commit');
      return rows;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  }

  /** One row. @returns it, null where it is gone */
  async #write(client: pg.PoolClient, work: Work, write: Write, plan: string): Promise<Row | null> {
    const { about, style } = work;
    const copied = style === 'copy' && about ? about : null;
    if (write.op === 'insert' || about === null || copied) {
      const row = { table: write.table, id: this.#nextRow++ };
      this.#plans.set(plan, { scenario: work.scenario, write });
      if (copied) {
        await client.query(
          `insert into ${row.table} (id, plan, note, updated_by)
           select $1, $2, note, updated_by from ${copied.table} where id = $3`,
          [row.id, plan, copied.id],
        );
        return row;
      }
      await client.query(
        `insert into ${row.table} (id, plan, note, updated_by)
         values ($1, $2, 'new', coalesce($3, nullif(current_setting('simulation.actor', true), '')))`,
        [row.id, plan, actorOf(work)],
      );
      return row;
    }
    if (write.op === 'delete') {
      const { rows } = await client.query<{ plan: string }>(
        `delete from ${about.table} where id = $1 returning plan`,
        [about.id],
      );
      const [gone] = rows;
      if (gone) this.#plans.set(`${gone.plan}:delete`, { scenario: work.scenario, write });
      return null;
    }
    this.#plans.set(plan, { scenario: work.scenario, write });
    await client.query(updateOf(work, about.table), [
      about.id,
      plan,
      ...(setsActor(style) ? [actorOf(work)] : []),
    ]);
    return about;
  }

  async #saveUnchanged(
    rows: readonly Row[],
    work: Pick<Work, 'begin' | 'style' | 'correlationId'>,
  ): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      await work.begin(client);
      for (const { table, id } of rows) {
        // An account of its own that is written over another's is a change that fires without tracking too.
        if (work.style === 'shared_account') continue;
        const actor = setsActor(work.style) ? ', updated_by = $2' : '';
        await client.query(`update ${table} set n = n, note = note ${actor} where id = $1`, [
          id,
          ...(actor ? [actorOf(work)] : []),
        ]);
      }
      for (const event of await eventsOfTransaction(client)) this.fromUnchanged.push(event.id);
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  #note(work: Work, made: readonly MadeEvent[]): void {
    const delivery = work.author ? `${work.author.eventId} ${work.author.job}` : null;
    // Row → the count of its first write in this delivery. Two triggers report a write.
    const firsts =
      (delivery === null ? null : this.#written.get(delivery)) ?? new Map<string, number>();
    for (const { id, table, op, row, n } of made) {
      const name = `${table} ${row}`;
      if (!firsts.has(name)) firsts.set(name, n);
      this.truth.push({
        eventId: id,
        scenario: work.scenario,
        author: work.author,
        style: work.style,
        isBackground: work.isBackground,
        isSecondWrite: firsts.get(name) !== n,
        table,
        op,
      });
    }
    if (delivery !== null) this.#written.set(delivery, firsts);
  }
}

/** `n` counts a row's writes. */
type MadeEvent = { id: string; table: string; op: TrueEvent['op']; row: string; n: number };

/** The events that this very transaction has written into the event log. */
async function eventsOfTransaction(client: pg.PoolClient): Promise<MadeEvent[]> {
  const { rows } = await client.query<MadeEvent>(
    `select id, table_name as "table", payload ->> 'op' as op,
       coalesce(payload #>> '{data,new,id}', payload #>> '{data,old,id}') as row,
       coalesce((payload #>> '{data,new,n}')::int, (payload #>> '{data,old,n}')::int + 1) as n
     from hdb_catalog.event_log
     where created_at = now()::timestamp and xmin = pg_current_xact_id()::xid order by n`,
  );
  return rows;
}

async function nameInSession(client: pg.PoolClient, style: Style, id: string): Promise<void> {
  if (style === 'use') await client.query('select correlation.use($1)', [id]);
  if (style === 'hasura') {
    const session = { 'x-hasura-role': 'admin', 'x-hasura-correlation-id': id };
    await setLocal(client, 'hasura.user', JSON.stringify(session));
  }
}

async function setLocal(client: pg.PoolClient, name: string, value: string): Promise<void> {
  await client.query('select set_config($1, $2, true)', [name, value]);
}

function setsActor(style: Style | null): boolean {
  return (
    style === 'value' || style === 'generic' || style === 'shared_account' || style === 'hasura'
  );
}

function actorOf({ style, correlationId }: Pick<Work, 'style' | 'correlationId'>): string | null {
  if (style === 'value') return correlationId;
  if (style === 'shared_account') return 'robot@example.com';
  return style === 'generic' || style === 'hasura' ? 'system' : null;
}

function updateOf(work: Work, table: Table): string {
  const touch = 'n = t.n + 1, plan = $2, updated_at = now()';
  if (work.style === 'full_row') {
    // As it was read: `updated_by` too.
    return `update ${table} t set ${touch}, note = r.note, updated_by = r.updated_by
            from (select * from ${table} where id = $1) r where t.id = r.id`;
  }
  return `update ${table} t set ${touch} ${setsActor(work.style) ? ', updated_by = $3' : ''} where t.id = $1`;
}
