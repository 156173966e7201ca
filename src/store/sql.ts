// SQL that gives back in words what the tables hold as numbers, letters and halves of texts.
import { kindCodes, opCodes, wordOf } from './codes.ts';

/** The text of a column that refers to `names`; null stays null. */
export const nameOf = (column: string): string =>
  `(select n.text from names n where n.id = ${column})`;

/**
 * The partitions of some traces: `parameter` holds their ids. A join's keys do not tell Postgres where to look when it
 * plans, which it does for every statement and every partition.
 */
export const isOfTraces = (e: string, parameter: string): string =>
  `${e}.trace_id = any (${parameter}::uuid[])`;

/**
 * The partitions between two trace ids, both in: `first` and `last` are parameters. The end is said with an `or`, which
 * shuts partitions out as well: of a plain range, Postgres thinks that it is small while a week is new and has no
 * statistics, and walks along it.
 */
export const isBetween = (column: string, first: string, last: string): string =>
  `${column} >= ${first}::uuid and (${column} <= ${last}::uuid or ${column} = ${first}::uuid)`;

/** The first 28 bits of a trace id's time, some 17 minutes, as an index of deliveries has them. They sort as trace ids do. */
export const roughTimeOf = (traceId: string): string => `(left(${traceId}::text, 7) collate "C")`;

/** The number of a text; null where it has none. */
export const numberOf = (text: string): string =>
  `select n.id from names n where md5(n.text) = md5(${text}) and n.text = ${text}`;

/** The sender's id of event `e`. */
export const eventIdOf = (e: string): string => `coalesce(${e}.uuid_id::text, ${e}.text_id)`;

export const opOf = (e: string): string => wordOf(`${e}.op`, opCodes);
export const kindOf = (e: string): string => wordOf(`${e}.kind`, kindCodes);

/** The 40 bits of a delivery's hop, signed, as an event has them that names it: an index has this expression. */
export const hopOf = (ref: string): string => `(${ref} >> 24)`;

/** The uuid of a hop, as text. */
export const hopUuidOf = (trace: string, hop: string): string =>
  `(left((${trace})::text, 26) || lpad(to_hex(${hop} & 1099511627775), 10, '0'))`;

/** The trace of the hop that event `e` names. */
export const namedTraceOf = (e: string): string => `coalesce(${e}.named_trace_id, ${e}.trace_id)`;

/** Whether event `e` names delivery `d`. */
export const isNamedDelivery = (e: string, d: string): string =>
  `(${d}.trace_id = ${namedTraceOf(e)} and ${hopOf(`${d}.ref`)} = ${e}.named_hop)`;

/** Whether `d` is the delivery with this key. */
export const isDelivery = (d: string, trace: string, ref: string): string =>
  `(${d}.trace_id = ${trace} and ${hopOf(`${d}.ref`)} = ${hopOf(ref)} and ${d}.ref = ${ref})`;

const textInParts = (e: string, column: string, uuid: string, isNamed: string): string =>
  `${nameOf(`${e}.${column}`)} || coalesce(${e}.${uuid}::text,
    case when ${e}.${isNamed} then ${hopUuidOf(namedTraceOf(e), `${e}.named_hop`)} end, '')`;

export const actorOf = (e: string): string =>
  textInParts(e, 'actor', 'actor_uuid', 'actor_is_named');
export const previousActorOf = (e: string): string =>
  textInParts(e, 'previous_actor', 'previous_actor_uuid', 'previous_is_named');
export const sessionIdOf = (e: string): string =>
  textInParts(e, 'session_correlation', 'session_uuid', 'session_is_named');

/** `created_at` as event `e`'s sender wrote it. */
export const writtenRawOf = (e: string): string =>
  `coalesce(${e}.raw_text, (to_json(${e}.written_raw) #>> '{}') || case when ${e}.has_zone then 'Z' else '' end)`;

/**
 * The id of delivery `d` of event `e`, in 64 hex digits.
 * @param texts of its source and its target, where they have been looked up
 */
export const deliveryIdOf = (
  d: string,
  e: string,
  texts = { source: nameOf(`${d}.source`), target: nameOf(`${d}.target`) },
): string =>
  `encode(coalesce(${d}.id, sha256(convert_to(${texts.source}, 'UTF8') || '\\x00'::bytea
    || convert_to(${eventIdOf(e)}, 'UTF8') || '\\x00'::bytea
    || convert_to(${texts.target}, 'UTF8'))), 'hex')`;

/** The correlation ID of delivery `d`. */
export const correlationIdOf = (d: string): string =>
  `${nameOf(`${d}.named`)} || ${hopUuidOf(`${d}.trace_id`, hopOf(`${d}.ref`))}`;

/** Payload `p` of an event: the row before the write. */
export const oldRowOf = (p: string): string =>
  `case when ${p}.is_delta then ${p}.new_row || ${p}.old_row else ${p}.old_row end`;

/** JSON rows of keys, as `r`: `$n` holds what `storableJson` made of {@link EventKey}s or {@link DeliveryKey}s. */
export const keyRows = (parameter: string): string =>
  `json_to_recordset(${parameter}::json) as r ("traceId" uuid, ref bigint)`;

/** Whether `a` is an attempt of `d`: a delivery, or a dead letter. */
export const isAttemptOf = (a: string, d: string): string =>
  `${a}.trace_id = ${d}.trace_id and ${a}.delivery_ref = ${d}.ref`;

/** Why attempt `a` failed: what says no more than its status is not stored (answered-error.ts). */
export const errorOf = (a: string): string =>
  `coalesce(${a}.error, case when ${a}.outcome = 'f' then 'The destination answered ' || ${a}.status || '.' end)`;

/** Whether dead letter `x` is delivery `d`. */
export const isLetterOf = (x: string, d: string): string =>
  `${x}.trace_id = ${d}.trace_id and ${x}.ref = ${d}.ref`;

/** When payload `p` of event `e` was removed, if it was. */
export const payloadRemovedAt = `coalesce(p.removed_at, case when e.payload_kept and p.trace_id is null then (
  select max(x.removed_at) from removals x
  where x.what = 'payloads' and e.trace_id >= x.from_id and e.trace_id < x.until_id) end)`;
