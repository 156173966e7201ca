// Replay runs: their letters, how far each has come, and who did what. It decides nothing about what comes next.
import type { StoreClient } from './client.ts';
import { foundBy, isAmongIds, isDelivered, isDue, type LetterFilter } from './letter-filter.ts';
import { isAttemptOf } from './sql.ts';
import { utc } from './utc.ts';

/** Ids of deliveries in 64 hex digits, or what they have in common. */
export type LetterSelection =
  | { filter: LetterFilter; deliveryIds?: undefined }
  | { deliveryIds: string[]; filter?: undefined };

export type StoredRunState =
  | 'running'
  | 'judging'
  | 'paused'
  | 'stopped'
  | 'cancelled'
  | 'completed';

export type StoredRun = {
  id: string;
  createdAt: string;
  selection: LetterSelection;
  ratePerSecond: number;
  canary: number;
  canaryPassed: boolean;
  state: StoredRunState;
  /** Why it is in this state. */
  because: string | null;
  pacedAtMs: number | null;
};

export type RunAction = {
  /** RFC 3339 */
  at: string;
  who: string;
  onBehalfOf: string | null;
  action: string;
  because: string | null;
};

export type SkipReason =
  | 'not_a_dead_letter'
  | 'already_delivered'
  | 'already_replayed'
  | 'sender_may_come_again'
  | 'body_lost'
  /** Since the run began. */
  | 'discarded';

/** What became of handing one letter over. `unknown`: nobody can say whether it was taken. */
export type HandedLetter = {
  deliveryId: string;
  outcome: 'queued' | 'refused' | 'unknown' | SkipReason;
};

/** How many dead letters there are to replay now. */
export async function countLetters(
  client: StoreClient,
  selection: LetterSelection,
): Promise<number> {
  const values: unknown[] = [];
  const found = selection.filter
    ? foundBy(selection.filter, values)
    : `from dead_letters l
       where ${isAmongIds('l.delivery_id', `$${values.push(selection.deliveryIds)}`)}
         and ${isDue} and not ${isDelivered}`;
  const { rows } = await client.query<{ n: number }>(`select count(*)::int as n ${found}`, values);
  return rows[0]?.n ?? 0;
}

/** Stores a run with the letters that there are now, the oldest first; given ids in their own order. */
export async function insertRun(
  client: StoreClient,
  run: Omit<StoredRun, 'canaryPassed' | 'pacedAtMs' | 'state' | 'because'>,
): Promise<void> {
  const { id, createdAt, selection, ratePerSecond, canary } = run;
  await client.query(
    `insert into replay_runs (id, created_at, selection, rate_per_second, canary, state)
     values ($1, $2, $3, $4, $5, 'running')`,
    [id, createdAt, JSON.stringify(selection), ratePerSecond, canary],
  );
  if (selection.filter) {
    const values: unknown[] = [id];
    const found = foundBy(selection.filter, values);
    await client.query(
      `insert into replay_run_letters (run_id, delivery_id, position)
       select $1::uuid, l.delivery_id, row_number() over (order by l.dead_at, l.delivery_id) ${found}`,
      values,
    );
    return;
  }
  await client.query(
    `insert into replay_run_letters (run_id, delivery_id, position)
     select $1::uuid, decode(t.id, 'hex'), min(t.n)
     from unnest($2::text[]) with ordinality t (id, n) group by t.id`,
    [id, selection.deliveryIds],
  );
}

const runColumns = `r.id, ${utc('r.created_at')} as "createdAt", r.selection,
  r.rate_per_second as "ratePerSecond", r.canary, r.canary_passed as "canaryPassed", r.state, r.because,
  extract(epoch from r.paced_at)::float8 * 1000 as "pacedAtMs"`;

export async function findRun(client: StoreClient, id: string): Promise<StoredRun | null> {
  const { rows } = await client.query<StoredRun>(
    `select ${runColumns} from replay_runs r where r.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** A run, locked until the caller's transaction ends. */
export async function lockRun(client: StoreClient, id: string): Promise<StoredRun | null> {
  const { rows } = await client.query<StoredRun>(
    `select ${runColumns} from replay_runs r where r.id = $1 for update`,
    [id],
  );
  return rows[0] ?? null;
}

/** Newest first. @param page.after everything after it is older */
export async function listRuns(
  client: StoreClient,
  page: { limit: number; after: { createdAt: string; id: string } | null },
): Promise<StoredRun[]> {
  const older = page.after ? 'where (r.created_at, r.id) < ($2::timestamptz, $3::uuid)' : '';
  const { rows } = await client.query<StoredRun>(
    `select ${runColumns} from replay_runs r ${older}
     order by r.created_at desc, r.id desc limit $1`,
    [page.limit, ...(page.after ? [page.after.createdAt, page.after.id] : [])],
  );
  return rows;
}

/** Sets a run's state, and writes down whose doing it was. */
export async function setRunState(
  client: StoreClient,
  id: string,
  change: Pick<StoredRun, 'state' | 'because' | 'canaryPassed'>,
  action: RunAction,
): Promise<void> {
  await client.query(
    `update replay_runs set state = $2, because = $3, canary_passed = $4 where id = $1`,
    [id, change.state, change.because, change.canaryPassed],
  );
  await insertAction(client, id, action);
}

export async function insertAction(
  client: StoreClient,
  runId: string,
  { at, who, onBehalfOf, action, because }: RunAction,
): Promise<void> {
  await client.query(
    `insert into replay_run_actions (run_id, at, who, on_behalf_of, action, because)
     values ($1, $2, $3, $4, $5, $6)`,
    [runId, at, who, onBehalfOf, action, because],
  );
}

export async function listActions(client: StoreClient, runId: string): Promise<RunAction[]> {
  const { rows } = await client.query<RunAction>(
    `select ${utc('at')} as at, who, on_behalf_of as "onBehalfOf", action, because
     from replay_run_actions where run_id = $1 order by at, action`,
    [runId],
  );
  return rows;
}

/** Died again after it was handed over, and nobody has replayed it since. */
const diedAgain = `exists (select from dead_letters x where x.delivery_id = i.delivery_id
  and x.replayed_at is null and x.told_at > i.handed_at and x.dead_at <= now())`;
/** Attempts of a run's letter. */
const attempts = `dead_letters x join attempts a on ${isAttemptOf('a', 'x')} where x.delivery_id = i.delivery_id`;
const arrived = `exists (select from ${attempts} and a.outcome = 'd')`;

/** What became of the canaries that were handed over: a failed attempt is enough to fail. */
export async function readCanaries(
  client: StoreClient,
  runId: string,
): Promise<{ delivered: number; failed: number; open: number }> {
  const { rows } = await client.query<{ delivered: number; failed: number; open: number }>(
    `select count(*) filter (where arrived)::int as delivered,
       count(*) filter (where failed and not arrived)::int as failed,
       count(*) filter (where not failed and not arrived)::int as open
     from (
       select ${arrived} as arrived, ${diedAgain} or exists (
         select from ${attempts} and a.started_at >= i.handed_at and a.outcome in ('f', 'u', 't')) as failed
       from replay_run_letters i
       where i.run_id = $1 and i.is_canary and i.state in ('handing_over', 'queued', 'uncertain')) f`,
    [runId],
  );
  return rows[0] ?? { delivered: 0, failed: 0, open: 0 };
}

export type RunProgress = {
  found: number;
  waiting: number;
  /** Handed over, and neither arrived nor dead again. */
  underWay: number;
  delivered: number;
  failedAgain: number;
  /** Of those handed over: whether they were sent is not known, and nothing has been heard of them. */
  uncertain: number;
  skipped: Partial<Record<SkipReason, number>>;
};

export async function readProgress(client: StoreClient, runId: string): Promise<RunProgress> {
  const { rows } = await client.query<{ fate: string; reason: SkipReason | null; n: number }>(
    `select fate, reason, count(*)::int as n
     from (
       select i.reason, case
         when i.state in ('waiting', 'skipped') then i.state
         when ${arrived} then 'delivered'
         when ${diedAgain} then 'failedAgain'
         when i.state = 'uncertain' and not exists (
           select from ${attempts} and a.started_at >= i.handed_at)
           then 'uncertain'
         else 'underWay' end as fate
       from replay_run_letters i where i.run_id = $1) f
     group by fate, reason`,
    [runId],
  );
  const of = (fate: string): number => rows.find((row) => row.fate === fate)?.n ?? 0;
  const skipped: RunProgress['skipped'] = {};
  for (const { reason, n } of rows) if (reason !== null) skipped[reason] = n;
  return {
    found: rows.reduce((sum, { n }) => sum + n, 0),
    waiting: of('waiting'),
    underWay: of('underWay'),
    delivered: of('delivered'),
    failedAgain: of('failedAgain'),
    uncertain: of('uncertain'),
    skipped,
  };
}

/** The next letters of a run, in order. @returns ids in 64 hex digits */
export async function nextLetters(
  client: StoreClient,
  runId: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select encode(delivery_id, 'hex') as id from replay_run_letters
     where run_id = $1 and state = 'waiting' order by position limit $2`,
    [runId, limit],
  );
  return rows.map(({ id }) => id);
}

/** Notes that letters are about to be handed over, in the run and in the letters themselves. @param at RFC 3339 */
export async function markHandingOver(
  client: StoreClient,
  runId: string,
  letters: { ids: readonly string[]; asCanaries: boolean; at: string; pacedAtMs: number },
): Promise<void> {
  const { ids, asCanaries, at, pacedAtMs } = letters;
  await client.query(
    `update replay_run_letters set state = 'handing_over', is_canary = $3, handed_at = $4
     where run_id = $1 and ${isAmongIds('delivery_id', '$2')}`,
    [runId, ids, asCanaries, at],
  );
  await client.query(
    `update dead_letters set replayed_at = $2
     where ${isAmongIds('delivery_id', '$1')}`,
    [ids, at],
  );
  await client.query(
    'update replay_runs set paced_at = to_timestamp($2::float8 / 1000) where id = $1',
    [runId, pacedAtMs],
  );
}

/** Letters that somebody began to hand over, with no word of what became of it. @returns the latest's time, if any */
export async function openHandOver(
  client: StoreClient,
  runId: string,
): Promise<{ ids: string[]; latestMs: number } | null> {
  const { rows } = await client.query<{ ids: string[] | null; latestMs: number | null }>(
    `select array_agg(encode(delivery_id, 'hex')) as ids,
       extract(epoch from max(handed_at))::float8 * 1000 as "latestMs"
     from replay_run_letters where run_id = $1 and state = 'handing_over'`,
    [runId],
  );
  const { ids, latestMs } = rows[0] ?? { ids: null, latestMs: null };
  return ids && latestMs !== null ? { ids, latestMs } : null;
}

/**
 * Writes down what became of letters. Those that were not taken are dead letters again, as are those of which nobody
 * knows: unless somebody else has done something to them meanwhile.
 */
export async function settleLetters(
  client: StoreClient,
  runId: string,
  handed: readonly HandedLetter[],
): Promise<void> {
  if (handed.length === 0) return;
  await client.query(
    `with told as (
       select decode(t."deliveryId", 'hex') as id, t.outcome
       from json_to_recordset($2::json) as t ("deliveryId" text, outcome text)),
     restored as (
       update dead_letters l set replayed_at = null
       from told t join replay_run_letters i on i.run_id = $1 and i.delivery_id = t.id
       where l.delivery_id = t.id and t.outcome <> 'queued' and i.state = 'handing_over'
         and l.replayed_at = i.handed_at)
     update replay_run_letters i set
       state = case t.outcome when 'queued' then 'queued' when 'refused' then 'waiting'
         when 'unknown' then 'uncertain' else 'skipped' end,
       reason = case when t.outcome in ('queued', 'refused', 'unknown') then null else t.outcome end
     from told t
     where i.run_id = $1 and i.delivery_id = t.id and i.state in ('handing_over', 'waiting')`,
    [runId, JSON.stringify(handed)],
  );
}
