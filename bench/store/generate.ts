// Fills a migrated observability database with realistic cascades: skewed triggers, people and rows, long tails, retries,
// failures, weak links, joined traces, a few cascades of many hops. Made by SQL in the database itself, set by set, in the
// form in which the consumer stores it, so that ten million events take minutes. It measures nothing.
import { noteLines } from '../../src/store/cascade-lines.ts';
import type { StoreClient } from '../../src/store/client.ts';
import { people, shapes } from './shapes.ts';

export type Amount = {
  /** About so many; what was made is returned. */
  events: number;
  /** Cascades of `giantHops` among them. */
  giants: number;
  /** One event and one delivery each. */
  giantHops: number;
  /** They began in the days before `nowMs`, evenly. */
  days: number;
  nowMs: number;
  /** The share of events whose payload is kept, 0 to 1. */
  payloads: number;
  /** What is counted anew as a whole needs no note of its minutes, which are a seventh of the work. */
  leavesNoNotes?: boolean;
};

export type Generated = { traces: number; events: number; deliveries: number; attempts: number };

const meanHops = 7.3;
const tracesAtOnce = 20_000;
const linesAtOnce = 1_000;
const sources = ['shop', 'billing'];
const reasons = ['Generated: the session names the hop.', 'Generated: the same trace context.'];

const ref = (hash: string): string =>
  `('x' || encode(substring(${hash} from 1 for 8), 'hex'))::bit(64)::bigint`;
const hashOf = (...fields: readonly string[]): string =>
  `sha256(${fields.map((field) => `convert_to(${field}, 'UTF8')`).join(` || '\\x00'::bytea || `)})`;
const uuidOf = (text: string): string => `md5(${text})::uuid`;
const idOf = (text: string): string =>
  `(select n.id from names n where md5(n.text) = md5(${text}))`;

const makeShapes = `
  create temporary table shape on commit drop as
  select (s.ordinality - 1)::int as at, s.trigger, s.job, s.host || '/' || s.job as target,
    ${idOf('s.trigger')} as trigger_id, ${idOf('s.table_name')} as table_id, s.table_name, ${idOf('s.job')} as job_id,
    ${idOf(`s.host || '/' || s.job`)} as target_id, ${idOf(`s.trigger || '.' || s.job || '.'`)} as named_id
  from rows from (json_to_recordset($1::json) as (trigger text, table_name text, job text, host text))
    with ordinality as s (trigger, table_name, job, host, ordinality)`;

/** $1 first, $2 last, $3 of all, $4 now in ms, $5 days, $6 giants, $7 hops of each. */
const makeTraces = `
  create temporary table begun on commit drop as
  select n, at, least(giant, 1) as giant,
    case when giant = 1 then $7::int
      else least(2000, 1 + floor(3 * (power(1 - random(), -1 / 1.4) - 1)))::int end as hops,
    case when n % 10 = 0 then 'billing' else 'shop' end as source,
    case when giant = 1 then 5 else 20 + floor(600 * power(random(), 3)) end as step_ms,
    (left(h, 8) || '-' || substr(h, 9, 4) || '-8' || substr(md5(n::text), 1, 3) || '-8' || substr(md5(n::text), 4, 3)
      || '-' || substr(md5(n::text), 7, 2) || '0000000000')::uuid as trace_id
  from (
    select n, to_timestamp(ms / 1000.0) as at, lpad(to_hex(ms), 12, '0') as h,
      case when $6::int > 0 and n % greatest(1, $3::bigint / greatest(1, $6::int)) = 0 then 1 else 0 end as giant
    from (
      select n, $4::bigint - 120000 - (($3::bigint - n) * ($5::int * 86400000::bigint) / $3::bigint) as ms
      from generate_series($1::bigint, $2::bigint) n) t) u`;

/** Which event wrote what, and which earlier one's delivery is its cause. */
const makeWrites = `
  create temporary table written on commit drop as
  select w.*, s.trigger, s.job, s.target, s.trigger_id, s.table_id, s.table_name, s.job_id, s.target_id, s.named_id,
    ${ref(hashOf('w.source', 'w.id::text'))} as ref,
    ${hashOf('w.source', 'w.id::text', 's.target')} as hash
  from (
    select t.n, t.trace_id, t.source, t.hops, k,
      case when k = 1 then null else 1 + floor((k - 1) * power(random(), 0.6))::int end as parent,
      ${uuidOf(`t.n || ' ' || k`)} as id,
      t.at + (k - 1) * t.step_ms * interval '1 ms' as created_at,
      floor(${shapes.length} * power(random(), case when k = 1 then 3 else 1.6 end))::int as shape,
      1 + floor(100000 * power(random(), 2))::int as row_key,
      floor(${people} * power(random(), 3))::int as person, random() as luck, random() as speed,
      random() as payload_luck, (array['I', 'U', 'U', 'U', 'U', 'D'])[1 + floor(random() * 6)] as op
    from begun t, generate_series(1, t.hops) k) w
  join shape s on s.at = w.shape`;

const indexWrites = 'create unique index on written (n, k)';
const analyzeWrites = 'analyze written';

const insertEvents = `
  insert into events (trace_id, ref, change_ref, uuid_id, arrival_id, row_ref, named_hop, created_at, arrived_at,
    written_raw, source, trigger, table_schema, table_name, actor, session_correlation, session_user_name, current_retry,
    max_retries, kind, op, named_by, starts_trace, payload_kept, lacks_actor, has_zone, actor_is_named,
    previous_is_named, session_is_named, row_key)
  select w.trace_id, w.ref, w.ref, w.id, ${uuidOf(`'arrival' || w.id`)},
    ${ref(hashOf('w.source', `'public'`, 'w.table_name', 'w.row_key::text'))},
    case when p.k is not null and w.luck >= 0.03 then ${ref('p.hash')} >> 24 end,
    w.created_at, w.created_at + interval '40 ms', w.created_at at time zone 'UTC', ${idOf('w.source')}, w.trigger_id,
    ${idOf(`'public'`)}, w.table_id,
    case when p.k is null then ${idOf(`'person' || w.person || '@example.com'`)}
      else p.named_id end,
    case when p.k is not null and w.luck >= 0.03 then p.named_id end, null,
    case when w.luck between 0.50 and 0.515 then 3 else 0 end, 3, 'h',
    w.op::"char",
    case when p.k is null then 'p' when w.luck < 0.03 then 'n' else 'h' end::"char",
    p.k is null, w.payload_luck < $1::float8, false, false, p.k is not null and w.luck >= 0.03, false,
    p.k is not null and w.luck >= 0.03, w.row_key::text
  from written w left join written p on p.n = w.n and p.k = w.parent`;

const row = `jsonb_build_object('id', row_key, 'status', 'done', 'total', row_key * 3, 'note', md5(id::text))`;
const insertPayloads = `
  insert into payloads (trace_id, event_ref, is_delta, changed, old_row, new_row, session_variables)
  select trace_id, ref, op = 'U', case op when 'U' then '{status}'::text[] end,
    case op when 'U' then '{"status":"new"}'::jsonb when 'D' then ${row} end,
    case when op <> 'D' then ${row} end, '{"x-hasura-role":"user"}'
  from written where payload_luck < $1::float8`;

const insertDeliveries = `
  insert into deliveries (trace_id, event_ref, ref, source, target, algorithm, job, named)
  select trace_id, ref, ${ref('hash')}, ${idOf('source')}, target_id, ${idOf(`'single'`)}, job_id, named_id from written`;

/** One in five needs a second try, and one or two in a hundred never arrive. */
const insertAttempts = `
  insert into attempts (trace_id, delivery_ref, id, started_at, ended_at, destination, status, outcome, degraded,
    works_in_background, error, answer)
  select w.trace_id, ${ref('w.hash')}, ${uuidOf(`'attempt' || w.id || i`)}, a.started_at,
    case when not a.runs then a.started_at + interval '20 ms' + power(w.speed, 6) * interval '20 s' end,
    w.target_id, case when a.runs then null when i < a.tries or a.fails then 500 else 200 end,
    case when a.runs then 'r' when i < a.tries or a.fails then 'f' else 'd' end::"char", false, false,
    case when not a.runs and (i < a.tries or a.fails) then 'The destination answered 500.' end, null
  from written w
  cross join lateral (
    select case when w.luck between 0.50 and 0.515 then 4 when w.luck between 0.7 and 0.9 then 2 else 1 end as tries,
      w.luck between 0.50 and 0.515 as fails) l
  cross join lateral generate_series(1, l.tries) i
  cross join lateral (
    select w.created_at + interval '60 ms' + (i - 1) * interval '30 s' as started_at, l.tries, l.fails,
      i = l.tries and not l.fails and w.created_at > to_timestamp($1::bigint / 1000.0) - interval '5 min'
        and w.luck > 0.95 as runs) a`;

/** Half of what never arrives. */
const insertDeadLetters = `
  insert into dead_letters (delivery_id, trace_id, ref, source, dead_at, told_at, reason, first_attempt_at, status, error,
    destination, method, headers, facts)
  select hash, trace_id, ${ref('hash')}, source, created_at + interval '2 min', created_at + interval '2 min',
    'attempts_used_up', created_at, 500, 'The destination answered 500.', target, 'POST', '[]', '{}'
  from written where luck between 0.50 and 0.5075`;

const insertLinks = `
  insert into links (trace_id, event_ref, cause_ref, reason, named, evidence, rule)
  select w.trace_id, w.ref, ${ref('p.hash')}, ${idOf('$1')}, case when w.luck >= 0.03 then p.named_id end,
    case when w.luck < 0.03 then 'w' else 'c' end::"char", case when w.luck < 0.03 then 'x' else 's' end::"char"
  from written w join written p on p.n = w.n and p.k = w.parent`;

/** One trace in a hundred turns out to belong to the one that began before it. */
const joins = 't.n % 100 = 1 and t.giant = 0 and b.giant = 0';
const insertJoins = `
  insert into links (trace_id, event_ref, cause_ref, cause_trace_id, reason, evidence, rule)
  select t.trace_id, w.ref, ${ref('p.hash')}, b.trace_id, ${idOf('$1')}, 'w', 'x'
  from begun t join begun b on b.n = t.n - 1 and ${joins}
  join written w on w.n = t.n and w.k = 1 join written p on p.n = b.n and p.k = 1`;

const insertTraces = `
  insert into traces (id, started_at, root_created_at, root_ref, joined_to, source)
  select t.trace_id, t.at, t.at, w.ref, b.trace_id, ${idOf('t.source')}
  from begun t join written w on w.n = t.n and w.k = 1
  left join begun b on b.n = t.n - 1 and ${joins}`;

const insertJobs = `
  insert into jobs (source, name) select distinct ${idOf('source')}, job_id from written on conflict do nothing`;

/**
 * Made of the same numbers each time but for the times, which follow `nowMs`.
 * @param client the owner's, outside any transaction
 * @param onProgress is told how many of the traces are there
 */
export async function generateCascades(
  client: StoreClient,
  amount: Amount,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Generated> {
  const traces = Math.max(
    1,
    Math.ceil((amount.events - amount.giants * amount.giantHops) / meanHops),
  );
  const share = Math.min(1, Math.max(0, amount.payloads));
  await makeWeeks(client, amount);
  await client.query(
    `insert into names (text)
     select text from json_array_elements_text($1::json) as t (text)
     union select 'person' || n || '@example.com' from generate_series(0, ${people - 1}) n
     on conflict do nothing`,
    [JSON.stringify([...new Set(namesUsed())])],
  );
  await client.query('select setseed(0.42)');
  for (let first = 1; first <= traces; first += tracesAtOnce) {
    const last = Math.min(traces, first + tracesAtOnce - 1);
    await client.query('begin');
    // Chance is drawn in one order, and the figures of one run are those of the next.
    await client.query('set local max_parallel_workers_per_gather = 0');
    // The only triggers are those that note minutes.
    if (amount.leavesNoNotes) await client.query('set local session_replication_role = replica');
    await client.query(makeShapes, [
      JSON.stringify(shapes.map(({ table, ...shape }) => ({ ...shape, table_name: table }))),
    ]);
    const { nowMs, days, giants, giantHops } = amount;
    await client.query(makeTraces, [first, last, traces, nowMs, days, giants, giantHops]);
    for (const step of [makeWrites, indexWrites, analyzeWrites]) await client.query(step);
    await client.query(insertEvents, [share]);
    await client.query(insertPayloads, [share]);
    await client.query(insertDeliveries);
    await client.query(insertAttempts, [nowMs]);
    await client.query(insertDeadLetters);
    await client.query(insertLinks, [reasons[0]]);
    await client.query(insertJoins, [reasons[1]]);
    await client.query(insertTraces);
    await client.query(insertJobs);
    await client.query('commit');
    onProgress(last, traces);
  }
  // Without statistics of the weeks that are new, making lines would walk along them.
  await client.query('analyze');
  await makeLines(client);
  await client.query('analyze');
  const { rows } = await client.query<Generated>(
    `select (select count(*)::int from traces) as traces, (select count(*)::int from events) as events,
       (select count(*)::int from deliveries) as deliveries, (select count(*)::int from attempts) as attempts`,
  );
  const [made] = rows;
  if (!made) throw new Error('Postgres counted nothing.');
  return made;
}

async function makeLines(client: StoreClient): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const { rows } = await client.query<{ id: string }>(
      'select id from traces where id > $1 order by id limit $2',
      [after, linesAtOnce],
    );
    const last = rows.at(-1);
    if (!last) return;
    await client.query('begin');
    await noteLines(
      client,
      rows.map(({ id }) => id),
    );
    await client.query('commit');
    after = last.id;
  }
}

function* namesUsed(): Generator<string> {
  yield* [...sources, ...reasons, 'public', 'single'];
  for (const { trigger, table, job, host } of shapes) {
    yield* [trigger, table, job, `${host}/${job}`, `${trigger}.${job}.`];
  }
}

/** Those that there are not yet, back to the first trace. */
async function makeWeeks(client: StoreClient, { nowMs, days }: Amount): Promise<void> {
  await client.query(
    `select make_week(k.what, d.starts_on)
     from unnest('{events,payloads}'::text[]) k (what),
       (select distinct date_trunc('week', to_timestamp($1::bigint / 1000.0) at time zone 'UTC' - n * interval '1 day')::date
          as starts_on
        from generate_series(0, $2::int + 1) n) d
     where not exists (select from weeks w where w.what = k.what and w.starts_on = d.starts_on)`,
    [nowMs, days],
  );
}
