// Reads everything of some traces: events, deliveries and their attempts. Texts that repeat come as numbers and are looked
// up once, and rows find each other here: asked for row by row, both are most of the time that a large cascade takes.
import type { StoreClient } from './client.ts';
import { evidenceCodes, outcomeCodes, ruleCodes, wordOf } from './codes.ts';
import {
  deliveryTables,
  deliveryTablesIn,
  eventTablesIn,
  hasRetriesLeft,
  isDead,
  type StoredAttempt,
  type StoredDelivery,
  type StoredEvent,
  type StoredLink,
} from './read-rows.ts';
import {
  deliveryIdOf,
  eventIdOf,
  hopOf,
  hopUuidOf,
  isDelivery,
  kindOf,
  namedTraceOf,
  oldRowOf,
  opOf,
  payloadRemovedAt,
} from './sql.ts';
import { utc } from './utc.ts';

/** A number in `names`. */
type Name = number;

/** What does not come from `names`, and what does in an {@link EventRow}. */
type NamedInEvent = 'source' | 'trigger' | 'tableSchema' | 'tableName' | 'sessionUser';
type InPartsOfEvent = 'actor' | 'previousActor' | 'sessionCorrelationId';

type EventRow = Omit<StoredEvent, NamedInEvent | InPartsOfEvent | 'link'> &
  Record<NamedInEvent | InPartsOfEvent, Name | null> & {
    actorRest: string;
    previousRest: string;
    sessionRest: string;
    evidence: StoredLink['evidence'] | null;
    rule: StoredLink['rule'];
    reason: Name | null;
    named: Name | null;
    namedUuid: string | null;
    /** As {@link DeliveryRow}. */
    causeKey: string | null;
  };

type NamedInDelivery = 'source' | 'job' | 'target' | 'algorithm';

type DeliveryRow = Omit<
  StoredDelivery,
  NamedInDelivery | 'correlationId' | 'rerunOf' | 'reruns' | 'attempts'
> &
  Record<NamedInDelivery | 'named', Name> & {
    /** Its trace and its number. */
    key: string;
    ref: string;
    eventRef: string;
    hopUuid: string;
    rerunOfRef: string | null;
  };

type AttemptRow = Omit<StoredAttempt, 'destination'> & {
  deliveryKey: string;
  destination: Name;
};

/** What follows the name of a text that is kept in two. */
const restOf = (uuid: string, isNamed: string): string =>
  `coalesce(e.${uuid}::text, case when e.${isNamed} then ${hopUuidOf(namedTraceOf('e'), 'e.named_hop')} end, '')`;

const readEvents = `
  select ${eventIdOf('e')} as id, e.source, ${kindOf('e')} as kind, e.trigger, e.table_schema as "tableSchema",
    e.table_name as "tableName", ${opOf('e')} as op, e.row_key as "rowKey",
    e.actor, ${restOf('actor_uuid', 'actor_is_named')} as "actorRest",
    e.previous_actor as "previousActor", ${restOf('previous_actor_uuid', 'previous_is_named')} as "previousRest",
    e.session_user_name as "sessionUser", e.session_correlation as "sessionCorrelationId",
    ${restOf('session_uuid', 'session_is_named')} as "sessionRest", p.session_variables as "sessionVariables",
    ${utc('e.created_at')} as "createdAt", ${utc('e.arrived_at')} as "arrivedAt",
    1 + (select count(*)::int from arrivals a where a.trace_id = e.trace_id and a.event_ref = e.ref) as arrivals,
    e.trace_id as "traceId", e.starts_trace as "startsTrace", lpad(to_hex(e.change_ref), 16, '0') as "changeId",
    ${oldRowOf('p')} as "oldRow", p.new_row as "newRow", e.payload_kept as "payloadKept",
    e.is_test as "isTest",
    ${utc(payloadRemovedAt)} as "payloadRemovedAt", ${wordOf('l.evidence', evidenceCodes)} as evidence,
    ${wordOf('l.rule', ruleCodes)} as rule, l.reason, l.named,
    ${hopUuidOf(namedTraceOf('e'), 'e.named_hop')} as "namedUuid",
    coalesce(l.cause_trace_id, l.trace_id) || ' ' || l.cause_ref as "causeKey"
  from ${eventTablesIn('$1')} where e.trace_id = any ($1::uuid[])
  order by e.created_at, e.arrived_at, e.source, e.ref`;

const readDeliveries = `
  select ${deliveryIdOf('d', 'e')} as id, d.trace_id || ' ' || d.ref as key, d.ref::text as ref,
    d.event_ref::text as "eventRef", d.source, ${eventIdOf('e')} as "eventId", d.trace_id as "traceId", d.job, d.target,
    d.algorithm, d.named, ${hopUuidOf('d.trace_id', hopOf('d.ref'))} as "hopUuid",
    ${hasRetriesLeft} as "hasRetriesLeft", ${isDead} as "isDead", d.rerun_of::text as "rerunOfRef",
    d.is_rollout as "isRollout"
  from ${deliveryTablesIn('$1')} where d.trace_id = any ($1::uuid[])`;

const readAttempts = `
  select a.trace_id || ' ' || a.delivery_ref as "deliveryKey", a.id, a.destination, ${utc('a.started_at')} as "startedAt",
    ${utc('a.ended_at')} as "endedAt", a.status, ${wordOf('a.outcome', outcomeCodes)} as outcome, a.error, a.answer,
    a.degraded, a.works_in_background as "worksInBackground", coalesce(a.skipped, '[]'::jsonb) as skipped
  from attempts a where a.trace_id = any ($1::uuid[]) order by a.started_at, a.id`;

/** All events and deliveries of these traces, each in the order of time. */
export async function readTraceNodes(
  client: StoreClient,
  traceIds: readonly string[],
): Promise<{ events: StoredEvent[]; deliveries: StoredDelivery[] }> {
  const events = await client.query<EventRow>(readEvents, [traceIds]);
  const deliveries = await client.query<DeliveryRow>(readDeliveries, [traceIds]);
  const attempts = await client.query<AttemptRow>(readAttempts, [traceIds]);
  const names = await readNames(client, [
    ...events.rows.flatMap(namesOfEvent),
    ...deliveries.rows.flatMap(({ source, job, target, algorithm, named }) => [
      source,
      job,
      target,
      algorithm,
      named,
    ]),
    ...attempts.rows.map(({ destination }) => destination),
  ]);
  const stored = withAttempts(deliveries.rows, attempts.rows, names);
  const idOf = new Map(deliveries.rows.map(({ key, id }) => [key, id]));
  const elsewhere = await readIds(
    client,
    events.rows.flatMap(({ causeKey }) => causeKey ?? []).filter((key) => !idOf.has(key)),
  );
  const causeOf = (key: string): string | null => idOf.get(key) ?? elsewhere.get(key) ?? null;
  return {
    events: events.rows.map((row) => eventOf(row, names, causeOf)),
    deliveries: stored,
  };
}

type Names = ReadonlyMap<Name, string>;

function namesOfEvent(row: EventRow): (Name | null)[] {
  return [
    row.source,
    row.trigger,
    row.tableSchema,
    row.tableName,
    row.actor,
    row.previousActor,
    row.sessionUser,
    row.sessionCorrelationId,
    row.reason,
    row.named,
  ];
}

async function readNames(client: StoreClient, given: Iterable<Name | null>): Promise<Names> {
  const { rows } = await client.query<{ id: Name; text: string }>(
    'select n.id, n.text from names n where n.id = any ($1::int[])',
    [[...new Set(given)].filter((id) => id !== null)],
  );
  return new Map(rows.map(({ id, text }) => [id, text]));
}

/** @throws Error where a row refers to a text that is not there, which nothing removes before the row */
function textOf(names: Names, name: Name): string {
  const text = names.get(name);
  if (text === undefined) throw new Error(`A row refers to text ${name}, which is not kept.`);
  return text;
}

function eventOf(
  row: EventRow,
  names: Names,
  causeOf: (key: string) => string | null,
): StoredEvent {
  const text = (name: Name | null, rest = ''): string | null =>
    name === null ? null : textOf(names, name) + rest;
  const { evidence, rule, causeKey } = row;
  return {
    id: row.id,
    source: textOf(names, row.source ?? 0),
    kind: row.kind,
    trigger: text(row.trigger),
    tableSchema: text(row.tableSchema),
    tableName: text(row.tableName),
    op: row.op,
    rowKey: row.rowKey,
    actor: text(row.actor, row.actorRest),
    previousActor: text(row.previousActor, row.previousRest),
    sessionUser: text(row.sessionUser),
    sessionCorrelationId: text(row.sessionCorrelationId, row.sessionRest),
    sessionVariables: row.sessionVariables,
    createdAt: row.createdAt,
    arrivedAt: row.arrivedAt,
    arrivals: row.arrivals,
    traceId: row.traceId,
    startsTrace: row.startsTrace,
    changeId: row.changeId,
    oldRow: row.oldRow,
    newRow: row.newRow,
    payloadKept: row.payloadKept,
    isTest: row.isTest,
    payloadRemovedAt: row.payloadRemovedAt,
    link: evidence && {
      evidence,
      rule,
      reason: text(row.reason) ?? '',
      correlationId: row.namedUuid === null ? null : text(row.named, row.namedUuid),
      deliveryId: causeKey === null ? null : causeOf(causeKey),
    },
  };
}

/** Deliveries in the order of their first attempts, what has none last. */
function withAttempts(
  rows: readonly DeliveryRow[],
  attempts: readonly AttemptRow[],
  names: Names,
): StoredDelivery[] {
  const attemptsOf = Map.groupBy(attempts, ({ deliveryKey }) => deliveryKey);
  const idOf = new Map(rows.map((row) => [siblingKey(row, row.ref), row.id]));
  const firstAt = (row: DeliveryRow): string => attemptsOf.get(row.key)?.[0]?.startedAt ?? '￿';
  const inOrder = rows
    .map((row) => ({ row, at: firstAt(row) }))
    .toSorted((a, b) => (a.at === b.at ? byNumber(a.row.ref, b.row.ref) : a.at < b.at ? -1 : 1))
    .map(({ row }) => row);
  const rerunsOf = Map.groupBy(
    inOrder.filter(({ rerunOfRef }) => rerunOfRef !== null),
    (row) => siblingKey(row, row.rerunOfRef ?? ''),
  );
  return inOrder.map((row) => ({
    id: row.id,
    source: textOf(names, row.source),
    eventId: row.eventId,
    traceId: row.traceId,
    job: textOf(names, row.job),
    target: textOf(names, row.target),
    algorithm: textOf(names, row.algorithm),
    correlationId: textOf(names, row.named) + row.hopUuid,
    hasRetriesLeft: row.hasRetriesLeft,
    isDead: row.isDead,
    rerunOf: row.rerunOfRef === null ? null : (idOf.get(siblingKey(row, row.rerunOfRef)) ?? null),
    isRollout: row.isRollout,
    reruns: (rerunsOf.get(siblingKey(row, row.ref)) ?? []).map(({ id }) => id),
    attempts: (attemptsOf.get(row.key) ?? []).map(({ deliveryKey: _key, ...attempt }) => ({
      ...attempt,
      destination: textOf(names, attempt.destination),
    })),
  }));
}

/** Reruns and what they make again are deliveries of one event. */
function siblingKey({ traceId, eventRef }: DeliveryRow, ref: string): string {
  return `${traceId} ${eventRef} ${ref}`;
}

function byNumber(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The ids of deliveries by their keys, of those that there are. */
async function readIds(client: StoreClient, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const { rows } = await client.query<{ key: string; id: string }>(
    `select k.trace_id || ' ' || k.ref as key, c.id
     from json_to_recordset($1::json) as k (trace_id uuid, ref bigint)
     cross join lateral (
       select ${deliveryIdOf('d', 'e')} as id from ${deliveryTables}
       where ${isDelivery('d', 'k.trace_id', 'k.ref')} limit 1) c`,
    [
      JSON.stringify(
        [...new Set(keys)].map((key) => {
          const [trace_id, ref] = key.split(' ');
          return { trace_id, ref };
        }),
      ),
    ],
  );
  return new Map(rows.map(({ key, id }) => [key, id]));
}
