// Which dead letters are meant: the one definition for their list, its groups, counts, replay runs and discarding. It
// writes conditions and reads nothing.
import { uuidPlace, traceIdOf } from '../correlation/trace-uuid.ts';
import { hasArrived } from './read-rows.ts';
import type { DeathReason } from './record.ts';
import { namedHop } from './refs.ts';
import { readRowText, tableSpellings } from './row-text.ts';
import { hopOf, isAttemptOf, isDelivery, nameOf } from './sql.ts';

/** All that match everything that is given. Null: any. */
export type LetterFilter = {
  /** RFC 3339; of the death. The end is exclusive. */
  from: string | null;
  to: string | null;
  sources: string[] | null;
  triggers: string[] | null;
  jobs: string[] | null;
  destinations: string[] | null;
  reasons: DeathReason[] | null;
  /** Of the last attempt; 0 is none. */
  statuses: number[] | null;
  /** Of the last attempt, whole. */
  errors: string[] | null;
  /** A row, an ID, or a part of an error or a name. */
  q: string | null;
};

export const anyLetter: LetterFilter = {
  from: null,
  to: null,
  sources: null,
  triggers: null,
  jobs: null,
  destinations: null,
  reasons: null,
  statuses: null,
  errors: null,
  q: null,
};

/** An attempt can arrive after a delivery was given up: a queue hands a message out twice. */
export const isDelivered = hasArrived('l');

/** Nobody has replayed `l` since it died, and its sender will not come again: it is on the list, or discarded. */
export const isDue = `l.replayed_at is null and l.dead_at <= now()`;

/** Dead letter `l` can be replayed, and nobody has said that it is not wanted. */
export const isOpen = `l.discarded_at is null and ${isDue}`;

/** Somebody has said that `l` is not wanted, and nobody has replayed it since. */
export const isDiscarded = `l.discarded_at is not null and ${isDue}`;

const joinDelivery = `
  cross join lateral (select * from deliveries x where ${isDelivery('x', 'l.trace_id', 'l.ref')} limit 1) d`;
const joinEvent = `
  cross join lateral (select * from events x where x.trace_id = d.trace_id and x.ref = d.event_ref limit 1) e`;
const joinArrival = `
  left join lateral (
    select true as has_arrived from attempts a where ${isAttemptOf('a', 'l')} and a.outcome = 'd' limit 1) arrival on true`;

/**
 * The delivery and the event of dead letter `l`, and whether it has arrived. One letter after the other, which the limits
 * say: Postgres would read all attempts there are instead, wherever it thinks that the letters are many.
 */
export const lettersDelivery = `${joinDelivery}${joinEvent}${joinArrival}`;

/** The same without its event where a filter asks for nothing of it: of many letters each look is a third of the time. */
export function lettersDeliveryFor({ triggers, q }: LetterFilter): string {
  const ofEvent = triggers !== null || (q !== null && idIn(q)?.kind !== 'delivery');
  return `${joinDelivery}${ofEvent ? joinEvent : ''}${joinArrival}`;
}

/** Of what {@link lettersDelivery} gives. */
export const hasNotArrived = 'arrival.has_arrived is null';

/**
 * SQL from `from` on: the open letters `l` that a filter finds now.
 * @param values of the statement: the filter's are added
 */
export function foundBy(filter: LetterFilter, values: unknown[]): string {
  return `from dead_letters l ${lettersDeliveryFor(filter)}
    where ${isOpen} and ${hasNotArrived} ${ofLetter(filter, values)} ${ofDelivery(filter, values)}`;
}

/** Whether a column is one of these ids, 64 hex digits each. */
export const isAmongIds = (column: string, parameter: string): string =>
  `${column} in (select decode(id, 'hex') from unnest(${parameter}::text[]) id)`;

/**
 * What dead letter `l` itself answers. Each condition begins with `and`.
 * @param values of the statement: the filter's are added
 */
export function ofLetter(filter: LetterFilter, values: unknown[]): string {
  const { from, to, sources, destinations, reasons, statuses, errors, q } = filter;
  const add = parameterOf(values);
  const id = q === null ? null : idIn(q);
  return and([
    id !== null && mayBear(id, add),
    from !== null && `l.dead_at >= ${add(from)}::timestamptz`,
    to !== null && `l.dead_at < ${add(to)}::timestamptz`,
    sources && `l.source = any (${add(sources)}::text[])`,
    destinations && `l.destination = any (${add(destinations)}::text[])`,
    reasons && `l.reason = any (${add(reasons)}::text[])`,
    statuses && `coalesce(l.status, 0) = any (${add(statuses)}::int[])`,
    errors && `l.error = any (${add(errors)}::text[])`,
  ]);
}

/** What only its delivery `d` and event `e` answer; empty where nothing of that is asked for. Otherwise as {@link ofLetter}. */
export function ofDelivery(filter: LetterFilter, values: unknown[]): string {
  const { jobs, triggers, q } = filter;
  const add = parameterOf(values);
  const id = q === null ? null : idIn(q);
  return and([
    jobs && isNamed('d.job', add(jobs)),
    triggers && isNamed('e.trigger', add(triggers)),
    q !== null && id === null && `(${textConditions(q.trim(), add).join(' or ')})`,
    id?.kind === 'uuid' && `(${ofUuid(id.uuid, add).join(' or ')})`,
  ]);
}

type Add = (value: unknown) => string;

function parameterOf(values: unknown[]): Add {
  return (value) => `$${values.push(value)}`;
}

function and(conditions: readonly (string | false | null)[]): string {
  return conditions.map((one) => (one ? ` and ${one}` : '')).join('');
}

/** Looked up once for a statement, not once for a letter. */
function isNamed(column: string, names: string): string {
  return `${column} = any (array (
    select n.id from unnest(${names}::text[]) t (text) join names n on md5(n.text) = md5(t.text) and n.text = t.text))`;
}

const wholeUuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Id = { kind: 'delivery'; id: string } | { kind: 'uuid'; uuid: string };

/** An ID means what bears it, and is not looked for in texts. Null: the text is none. */
function idIn(text: string): Id | null {
  const lower = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(lower)) return { kind: 'delivery', id: lower };
  const [uuid] = wholeUuid.exec(lower) ?? [];
  return uuid === undefined ? null : { kind: 'uuid', uuid };
}

/** What the letter itself tells of an ID, so that it is found along an index wherever it stands in the list. */
function mayBear(id: Id, add: Add): string {
  if (id.kind === 'delivery') return `l.delivery_id = decode(${add(id.id)}, 'hex')`;
  const uuid = add(id.uuid);
  const own = isOwn(id.uuid) ? ` union ${cascadeOf(add(traceIdOf(id.uuid)))}` : '';
  return `l.trace_id = any (array (${tracesOfEvent(uuid)}${own}))`;
}

function isOwn(uuid: string): boolean {
  const place = uuidPlace(uuid);
  return place === 'hop' || place === 'trace';
}

/** The traces of a cascade, from one of them downwards. */
const cascadeOf = (trace: string): string => `(
  with recursive down (id) as (select ${trace}::uuid union select t.id from down join traces t on t.joined_to = down.id)
  select id from down)`;

/** Where an event with this id is, whatever source it came from: as src/store/refs.ts refers to it. */
const tracesOfEvent = (uuid: string): string => `
  select x.trace_id from events x
  where x.uuid_id = ${uuid}::uuid and x.ref = any (array (
    select ('x' || encode(substring(sha256(
      convert_to(${nameOf('j.source')}, 'UTF8') || '\\x00'::bytea || convert_to(${uuid}::uuid::text, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint
    from (select distinct source from jobs) j))`;

/** What a text can mean; one of them has to be true. */
function textConditions(text: string, add: Add): string[] {
  const row = readRowText(text);
  const part = `lower(${add(text)}::text)`;
  const hasPart = (column: string): string => `strpos(lower(${column}), ${part}) > 0`;
  return [
    ...(row === null
      ? []
      : [
          [
            `e.row_key = ${add(row.key)}`,
            isNamed('e.table_name', add(tableSpellings(row.table))),
            ...(row.schema === null ? [] : [isNamed('e.table_schema', add([row.schema]))]),
            ...(row.source === null ? [] : [`l.source = ${add(row.source)}`]),
          ].join(' and '),
        ]),
    `e.row_key = ${add(text)}`,
    `e.text_id = ${add(text)}`,
    hasPart(withoutEmails('l.error', text)),
    hasPart(withoutEmails('l.destination', text)),
    hasPart(nameOf('d.job')),
    hasPart(nameOf('e.trigger')),
  ];
}

/** Whoever is shown marks in the place of addresses could feel for them by their parts: a text with an `@` is refused them. */
function withoutEmails(column: string, text: string): string {
  return text.includes('@')
    ? column
    : `regexp_replace(${column}, '[^\\s/@]+(@|%40)[^\\s/@]+', '', 'g')`;
}

/** Of a cascade, of a hop (also at the end of a correlation ID), or of an event. */
function ofUuid(uuid: string, add: Add): string[] {
  const ofEvent = `e.uuid_id = ${add(uuid)}::uuid`;
  switch (uuidPlace(uuid)) {
    case 'foreign':
    case 'unattributed':
      return [ofEvent];
    case 'hop':
      return [
        ofEvent,
        `l.trace_id = ${add(traceIdOf(uuid))}::uuid
          and ${hopOf('l.ref')} = ${add(namedHop(uuid))}::bigint`,
      ];
    case 'trace':
      return [ofEvent, `l.trace_id = any (array (${cascadeOf(add(uuid))}))`];
  }
}
