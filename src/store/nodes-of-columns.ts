// Makes events and deliveries of the columns that were read of some traces. Pure.
import { cell, type Columns } from './read-columns.ts';
import type { StoredAttempt, StoredDelivery, StoredEvent, StoredLink } from './read-rows.ts';
import { keyText, refOfHex } from './refs.ts';

/** A number in `names`. */
export type Name = number;

/** Among the traces that were asked for, the first is 1: their ids would be a sixth of what is read. */
type Place = number;

/** What comes as a number of a text. */
type NamedInEvent = 'trigger' | 'tableSchema' | 'tableName' | 'sessionUser';
type InPartsOfEvent = 'actor' | 'previousActor' | 'sessionCorrelationId';

/** Times are as JSON has them; what names deliveries and hops is in hex, as Postgres writes numbers. */
export type EventRow = Omit<
  StoredEvent,
  'source' | NamedInEvent | InPartsOfEvent | 'traceId' | 'link' | 'arrivals'
> &
  Record<NamedInEvent | InPartsOfEvent, Name | null> & {
    trace: Place;
    source: Name;
    actorUuid: string | null;
    actorIsNamed: boolean;
    previousUuid: string | null;
    previousIsNamed: boolean;
    sessionUuid: string | null;
    sessionIsNamed: boolean;
    /** Null: its own. */
    namedTraceId: string | null;
    /** 40 bits, or 64 where it is negative. */
    namedHop: string | null;
    evidence: StoredLink['evidence'] | null;
    rule: StoredLink['rule'];
    reason: Name | null;
    named: Name | null;
    /** Null: its own. */
    causeTraceId: string | null;
    causeRef: string | null;
  };

/** Whether a delivery will be tried whatever its event's arrivals say; whether the one that is kept with the event leaves a try. */
export const retryBits = { willBeTried: 2, ownLeavesRetry: 1 };

export type DeliveryRow = Pick<StoredDelivery, 'id' | 'eventId' | 'isDead' | 'isRollout'> & {
  /** Of {@link retryBits}: either can be what most deliveries have. */
  retries: number;
  /** When the arrival came that is kept with the event; null where none came earlier. */
  ownArrivalAt: string | null;
  /** Further arrivals of the event that are not with attempts. */
  arrivalsAlone: FurtherArrival[] | null;
  trace: Place;
  ref: string;
  source: Name;
  job: Name;
  target: Name;
  algorithm: Name;
  named: Name;
  rerunOfRef: string | null;
};

export type AttemptRow = Omit<StoredAttempt, 'destination' | 'skipped'> & {
  trace: Place;
  deliveryRef: string;
  destination: Name;
  skipped: StoredAttempt['skipped'] | null;
  /** That is kept with it. */
  arrival: FurtherArrival | null;
};

/** Whether it leaves its sender another try. */
type FurtherArrival = [id: string, at: string, leavesRetry: boolean];

type ReadDeliveries = {
  traceIds: readonly string[];
  deliveries: Columns<DeliveryRow>;
  /** In the order of time; of one time, in that of their deliveries. */
  attempts: Columns<AttemptRow>;
  names: ReadonlyMap<Name, string>;
};

type ReadEvents = {
  traceIds: readonly string[];
  events: Columns<EventRow>;
  names: ReadonlyMap<Name, string>;
  /** Ids of deliveries of these traces by their keys. */
  here: ReadonlyMap<string, string>;
  /** And of others. */
  elsewhere: ReadonlyMap<string, string>;
  further: FurtherArrivals;
};

/** By their events, as {@link eventKey} names them; each once. */
export type FurtherArrivals = ReadonlyMap<string, ReadonlyMap<string, FurtherArrival>>;

function eventKey(trace: Place, source: Name, id: string): string {
  return `${trace} ${source} ${id}`;
}

/** @param rowsOf of the deliveries, by their keys */
function furtherArrivals(
  { traceIds, deliveries, attempts }: ReadDeliveries,
  rowsOf: ReadonlyMap<string, readonly number[]>,
): FurtherArrivals {
  const further = new Map<string, Map<string, FurtherArrival>>();
  const add = (row: number, arrival: FurtherArrival): void => {
    const { trace, source, eventId } = deliveries;
    const key = eventKey(cell(trace, row), cell(source, row), cell(eventId, row));
    const known = further.get(key);
    if (known) known.set(arrival[0], arrival);
    else further.set(key, new Map([[arrival[0], arrival]]));
  };
  deliveries.arrivalsAlone.forEach((alone, row) => {
    for (const arrival of alone ?? []) add(row, arrival);
  });
  attempts.arrival.forEach((arrival, row) => {
    if (arrival === null) return;
    const ref = cell(attempts.deliveryRef, row);
    const key = keyText({ traceId: traceIdAt(traceIds, attempts.trace, row), ref });
    for (const of of rowsOf.get(key) ?? []) add(of, arrival);
  });
  return further;
}

/**
 * Of the latest of an event's arrivals; of one time, of a further one.
 * @param own that is kept with the event: its time is not known where none is earlier
 */
function latestLeavesRetry(
  own: { at: string | null; leavesRetry: boolean },
  further: ReadonlyMap<string, FurtherArrival>,
): boolean {
  let latest = { at: own.at === null ? '' : timeOf(own.at), leavesRetry: own.leavesRetry };
  for (const [, at, leavesRetry] of further.values()) {
    if (timeOf(at) >= latest.at) latest = { at: timeOf(at), leavesRetry };
  }
  return latest.leavesRetry;
}

/** @throws Error where a row refers to a text that is not there, which nothing removes before the row */
export function eventsOf({
  traceIds,
  events: columns,
  names,
  here,
  elsewhere,
  further,
}: ReadEvents): StoredEvent[] {
  const text = (column: readonly (Name | null)[], row: number): string | null => {
    const name = cell(column, row);
    return name === null ? null : textOf(names, name);
  };
  const linkOf = (row: number, traceId: string, namedUuid: string | null): StoredLink | null => {
    const evidence = cell(columns.evidence, row);
    if (evidence === null) return null;
    const named = text(columns.named, row);
    const causeTraceId = cell(columns.causeTraceId, row) ?? traceId;
    const causeRef = cell(columns.causeRef, row);
    const key = causeRef === null ? '' : keyText({ traceId: causeTraceId, ref: causeRef });
    return {
      evidence,
      rule: cell(columns.rule, row),
      reason: text(columns.reason, row) ?? '',
      correlationId: namedUuid === null || named === null ? null : named + namedUuid,
      deliveryId: here.get(key) ?? elsewhere.get(key) ?? null,
    };
  };
  const arrivalsOf = (row: number): number => {
    if (further.size === 0) return 1;
    const { trace, source, id } = columns;
    return (
      1 + (further.get(eventKey(cell(trace, row), cell(source, row), cell(id, row)))?.size ?? 0)
    );
  };
  return columns.id.map((id, row): StoredEvent => {
    const traceId = traceIdAt(traceIds, columns.trace, row);
    const hop = cell(columns.namedHop, row);
    const namedUuid =
      hop === null
        ? null
        : hopUuidOf(cell(columns.namedTraceId, row) ?? traceId, hop.padStart(10, '0').slice(-10));
    const removedAt = cell(columns.payloadRemovedAt, row);
    return {
      id,
      source: textOf(names, cell(columns.source, row)),
      kind: cell(columns.kind, row),
      trigger: text(columns.trigger, row),
      tableSchema: text(columns.tableSchema, row),
      tableName: text(columns.tableName, row),
      op: cell(columns.op, row),
      rowKey: cell(columns.rowKey, row),
      actor: inParts(
        text(columns.actor, row),
        cell(columns.actorUuid, row),
        cell(columns.actorIsNamed, row) ? namedUuid : null,
      ),
      previousActor: inParts(
        text(columns.previousActor, row),
        cell(columns.previousUuid, row),
        cell(columns.previousIsNamed, row) ? namedUuid : null,
      ),
      sessionUser: text(columns.sessionUser, row),
      sessionCorrelationId: inParts(
        text(columns.sessionCorrelationId, row),
        cell(columns.sessionUuid, row),
        cell(columns.sessionIsNamed, row) ? namedUuid : null,
      ),
      sessionVariables: cell(columns.sessionVariables, row),
      createdAt: timeOf(cell(columns.createdAt, row)),
      arrivedAt: timeOf(cell(columns.arrivedAt, row)),
      arrivals: arrivalsOf(row),
      traceId,
      startsTrace: cell(columns.startsTrace, row),
      changeId: cell(columns.changeId, row),
      oldRow: cell(columns.oldRow, row),
      newRow: cell(columns.newRow, row),
      payloadKept: cell(columns.payloadKept, row),
      isTest: cell(columns.isTest, row),
      payloadRemovedAt: removedAt === null ? null : timeOf(removedAt),
      link: linkOf(row, traceId, namedUuid),
    };
  });
}

/**
 * Deliveries in the order of their first attempts, what has none last.
 * @returns `idOf`: their ids by their keys; `further`: of their events
 * @throws Error where a row refers to a text that is not there, which nothing removes before the row
 */
export function deliveriesOf(read: ReadDeliveries): {
  deliveries: StoredDelivery[];
  further: FurtherArrivals;
  idOf: ReadonlyMap<string, string>;
} {
  const { traceIds, deliveries: columns, attempts, names } = read;
  const keys = columns.ref.map((ref, row) =>
    keyText({ traceId: traceIdAt(traceIds, columns.trace, row), ref }),
  );
  const idOf = new Map(keys.map((key, row) => [key, cell(columns.id, row)]));
  const attemptsOf = new Map<string, StoredAttempt[]>();
  attempts.deliveryRef.forEach((ref, row) => {
    const key = keyText({ traceId: traceIdAt(traceIds, attempts.trace, row), ref });
    const attempt = attemptOf(attempts, row, names);
    const known = attemptsOf.get(key);
    if (known) known.push(attempt);
    else attemptsOf.set(key, [attempt]);
  });
  const rowsOf = Map.groupBy(keys.keys(), (row) => keys[row] ?? '');
  const attempted = [...attemptsOf.keys()].flatMap((key) => rowsOf.get(key) ?? []);
  const others = [...keys.keys()]
    .filter((row) => !attemptsOf.has(cell(keys, row)))
    .toSorted((a, b) => byNumber(cell(columns.ref, a), cell(columns.ref, b)));
  const inOrder = [...attempted, ...others];
  // Reruns and what they make again are deliveries of one event, and so of one trace.
  const rerunOf = (row: number): string | null => {
    const ref = cell(columns.rerunOfRef, row);
    return ref && keyText({ traceId: traceIdAt(traceIds, columns.trace, row), ref });
  };
  const reruns = inOrder.filter((row) => rerunOf(row) !== null);
  const rerunsOf = Map.groupBy(reruns, rerunOf);
  const further = furtherArrivals(read, rowsOf);
  const hasRetriesLeft = (row: number): boolean => {
    const retries = cell(columns.retries, row);
    if (retries >= retryBits.willBeTried) return true;
    const own = retries === retryBits.ownLeavesRetry;
    if (further.size === 0) return own;
    const { trace, source, eventId } = columns;
    const beside = further.get(eventKey(cell(trace, row), cell(source, row), cell(eventId, row)));
    if (beside === undefined) return own;
    return latestLeavesRetry({ at: cell(columns.ownArrivalAt, row), leavesRetry: own }, beside);
  };
  const deliveries = inOrder.map((row): StoredDelivery => {
    const key = cell(keys, row);
    const traceId = traceIdAt(traceIds, columns.trace, row);
    const ref = cell(columns.ref, row);
    return {
      id: cell(columns.id, row),
      source: textOf(names, cell(columns.source, row)),
      eventId: cell(columns.eventId, row),
      traceId,
      job: textOf(names, cell(columns.job, row)),
      target: textOf(names, cell(columns.target, row)),
      algorithm: textOf(names, cell(columns.algorithm, row)),
      correlationId:
        textOf(names, cell(columns.named, row)) +
        hopUuidOf(traceId, ref.padStart(16, '0').slice(0, 10)),
      hasRetriesLeft: hasRetriesLeft(row),
      isDead: cell(columns.isDead, row),
      rerunOf: idOf.get(rerunOf(row) ?? '') ?? null,
      isRollout: cell(columns.isRollout, row),
      reruns: (rerunsOf.get(key) ?? []).map((rerun) => cell(columns.id, rerun)),
      attempts: attemptsOf.get(key) ?? [],
    };
  });
  return { deliveries, idOf, further };
}

function attemptOf(
  columns: Columns<AttemptRow>,
  row: number,
  names: ReadonlyMap<Name, string>,
): StoredAttempt {
  const endedAt = cell(columns.endedAt, row);
  return {
    id: cell(columns.id, row),
    destination: textOf(names, cell(columns.destination, row)),
    startedAt: timeOf(cell(columns.startedAt, row)),
    endedAt: endedAt === null ? null : timeOf(endedAt),
    status: cell(columns.status, row),
    outcome: cell(columns.outcome, row),
    error: cell(columns.error, row),
    answer: cell(columns.answer, row),
    degraded: cell(columns.degraded, row),
    worksInBackground: cell(columns.worksInBackground, row),
    skipped: cell(columns.skipped, row) ?? [],
  };
}

/** A text that is kept in two: its name, and the uuid that it ends with, its own or that of the named hop. */
function inParts(
  start: string | null,
  uuid: string | null,
  namedUuid: string | null,
): string | null {
  return start === null ? null : start + (uuid ?? namedUuid ?? '');
}

function traceIdAt(traceIds: readonly string[], places: readonly Place[], row: number): string {
  return cell(traceIds, cell(places, row) - 1);
}

function textOf(names: ReadonlyMap<Name, string>, name: Name): string {
  const text = names.get(name);
  if (text === undefined) throw new Error(`A row refers to text ${name}, which is not kept.`);
  return text;
}

/** @param hop ten hex digits */
function hopUuidOf(traceId: string, hop: string): string {
  return traceId.slice(0, 26) + hop;
}

/** @param text a time in UTC as JSON has it: without its zone, and without zeros at its end */
function timeOf(text: string): string {
  // In most all digits are there; the rest is filled up to "2026-11-24T14:32:07.412000".
  return `${text}${text.length === 19 ? '.000000' : '000000'.slice(text.length - 20)}Z`;
}

function byNumber(a: string, b: string): number {
  const difference = BigInt(refOfHex(a)) - BigInt(refOfHex(b));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
