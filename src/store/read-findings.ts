// Reads what somebody may have to look at: dead letters by job, silence, minutes that nobody counts. It judges nothing.
import type { StoreClient } from './client.ts';
import { isOpen } from './letter-filter.ts';
import type { DeathReason } from './record.ts';
import { isAttemptOf, isDelivery, nameOf } from './sql.ts';
import { utc } from './utc.ts';

/** Dead letters are looked through up to here, the latest first: of each its delivery and attempts are looked up. */
export const mostLetters = 500;

export type LettersOfJob = {
  source: string;
  job: string;
  letters: number;
  /** Of them all, what is most frequent. */
  reason: DeathReason;
  /** The most frequent status; null where most were not answered. */
  status: number | null;
  firstAt: string;
  lastAt: string;
  /** The trace of the latest. */
  traceId: string;
};

/** Those that nobody has replayed and that have not arrived, by job, the most first. */
export async function countLettersByJob(
  client: StoreClient,
  source: string | null,
): Promise<LettersOfJob[]> {
  const { rows } = await client.query<LettersOfJob>(
    `select ${nameOf('x.source')} as source, ${nameOf('x.job')} as job, count(*)::int as letters,
       mode() within group (order by x.reason) as reason,
       (select s from (select mode() within group (order by coalesce(x.status, 0))) m (s) where s <> 0) as status,
       ${utc('min(x.dead_at)')} as "firstAt", ${utc('max(x.dead_at)')} as "lastAt",
       (array_agg(x.trace_id order by x.dead_at desc))[1] as "traceId"
     from (
       select l.dead_at, l.reason, l.status, d.source, d.job, d.trace_id
       from (
         select * from dead_letters l
         where ${isOpen} and ($1::text is null or l.source = $1)
         order by l.dead_at desc, l.delivery_id desc limit ${mostLetters}) l
       cross join lateral (
         select d.* from deliveries d where ${isDelivery('d', 'l.trace_id', 'l.ref')} limit 1) d
       left join lateral (
         select true as has_arrived from attempts a where ${isAttemptOf('a', 'l')} and a.outcome = 'd' limit 1) a on true
       where a.has_arrived is null) x
     group by x.source, x.job order by letters desc, 1, 2`,
    [source],
  );
  return rows;
}

export type Silence = {
  /** The minute of the latest event; null where none came for a day. */
  lastAt: string | null;
  /** How many came in the same time a day and a week ago, the lower of the two; null where neither is known. */
  usual: number | null;
};

/** How long nothing has arrived, and whether that is usual at this time. Six hours are looked at, at most. */
export async function readSilence(
  client: StoreClient,
  source: string | null,
  nowMs: number,
): Promise<Silence> {
  const { rows } = await client.query<Silence>(
    `with given as (select (select id from names n where md5(n.text) = md5($1) and n.text = $1) as source, $2::timestamptz as now),
     latest as (
       select (select m.at from minute_rollups m
         where m.at > g.now - interval '1 day' and m.at <= g.now and m.events > 0 and ($1::text is null or m.source = g.source)
         order by m.at desc limit 1) as at
       from given g),
     quiet as (
       select greatest(coalesce(l.at + interval '1 minute', g.now - interval '6 hours'), g.now - interval '6 hours') as since
       from latest l, given g)
     select ${utc('l.at')} as "lastAt", (
       select min(c.events)::int from (
         select (select coalesce(sum(m.events), 0) from minute_rollups m
             where m.at >= q.since - ago and m.at < g.now - ago and ($1::text is null or m.source = g.source)) as events
         from unnest('{1 day,7 days}'::interval[]) ago
         -- A day that nothing is known of says nothing.
         where exists (select from minute_rollups m where m.at <= q.since - ago)) c) as usual
     from latest l, quiet q, given g`,
    [source, new Date(nowMs).toISOString()],
  );
  return rows[0] ?? { lastAt: null, usual: null };
}

/** Since when the earliest stale minute waits to be counted, which is made last; null: none does. RFC 3339. */
export async function readWaitingSince(client: StoreClient): Promise<string | null> {
  const { rows } = await client.query<{ at: string | null }>(
    `select ${utc('noted_at')} as at from stale_minutes order by minute, id limit 1`,
  );
  return rows[0]?.at ?? null;
}
