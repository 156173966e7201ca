// Makes events and deliveries of the columns that were read of some traces. Pure.
import { cell, type Columns } from './read-columns.ts';
import type { StoredAttempt, StoredDelivery, StoredEvent, StoredLink } from './read-rows.ts';
import { keyText, refOfHex } from './refs.ts';

/** A number in `names`. */
export type Name = number;

/** What comes as a number of a text. */
type NamedInEvent = 'trigger' | 'tableSchema' | 'tableName' | 'sessionUser';
type InPartsOfEvent = 'actor' | 'previousActor' | 'sessionCorrelationId';

/** Times are as JSON has them; what names deliveries and hops is in hex, as Postgres writes numbers. */
export type EventRow = Omit<StoredEvent, 'source' | NamedInEvent | InPartsOfEvent | 'link'> &
  Record<NamedInEvent | InPartsOfEvent, Name | null> & {
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

export type DeliveryRow = Pick<
  StoredDelivery,
  'id' | 'eventId' | 'traceId' | 'hasRetriesLeft' | 'isDead' | 'isRollout'
> & {
  ref: string;
  source: Name;
  job: Name;
  target: Name;
  algorithm: Name;
  named: Name;
  rerunOfRef: string | null;
};

export type AttemptRow = Omit<StoredAttempt, 'destination' | 'skipped'> & {
  traceId: string;
  deliveryRef: string;
  destination: Name;
  skipped: StoredAttempt['skipped'] | null;
};

type Read = {
  events: Columns<EventRow>;
  deliveries: Columns<DeliveryRow>;
  /** In the order of time; of one time, in that of their deliveries. */
  attempts: Columns<AttemptRow>;
  names: ReadonlyMap<Name, string>;
  /** Ids of deliveries of other traces by their keys. */
  elsewhere: ReadonlyMap<string, string>;
};

/** @throws Error where a row refers to a text that is not there, which nothing removes before the row */
export function nodesOf(read: Read): { events: StoredEvent[]; deliveries: StoredDelivery[] } {
  const { deliveries: columns } = read;
  const keys = columns.traceId.map((traceId, row) =>
    keyText({ traceId, ref: cell(columns.ref, row) }),
  );
  const idOf = new Map(keys.map((key, row) => [key, cell(columns.id, row)]));
  return {
    events: read.events.id.map((_id, row) => eventOf(read, row, idOf)),
    deliveries: deliveriesOf(read, keys, idOf),
  };
}

function eventOf(
  { events: columns, names, elsewhere }: Read,
  row: number,
  idOf: ReadonlyMap<string, string>,
): StoredEvent {
  const traceId = cell(columns.traceId, row);
  const hop = cell(columns.namedHop, row);
  const namedUuid =
    hop === null
      ? null
      : hopUuidOf(cell(columns.namedTraceId, row) ?? traceId, hop.padStart(10, '0').slice(-10));
  const text = (column: readonly (Name | null)[]): string | null => {
    const name = cell(column, row);
    return name === null ? null : textOf(names, name);
  };
  const inParts = (
    column: readonly (Name | null)[],
    uuids: readonly (string | null)[],
    areNamed: readonly boolean[],
  ): string | null => {
    const start = text(column);
    if (start === null) return null;
    return start + (cell(uuids, row) ?? (cell(areNamed, row) ? namedUuid : null) ?? '');
  };
  const link = (evidence: StoredLink['evidence']): StoredLink => {
    const named = text(columns.named);
    const causeRef = cell(columns.causeRef, row);
    const key = keyText({
      traceId: cell(columns.causeTraceId, row) ?? traceId,
      ref: causeRef ?? '',
    });
    return {
      evidence,
      rule: cell(columns.rule, row),
      reason: text(columns.reason) ?? '',
      correlationId: namedUuid === null || named === null ? null : named + namedUuid,
      deliveryId: causeRef === null ? null : (idOf.get(key) ?? elsewhere.get(key) ?? null),
    };
  };
  const evidence = cell(columns.evidence, row);
  const removedAt = cell(columns.payloadRemovedAt, row);
  return {
    id: cell(columns.id, row),
    source: textOf(names, cell(columns.source, row)),
    kind: cell(columns.kind, row),
    trigger: text(columns.trigger),
    tableSchema: text(columns.tableSchema),
    tableName: text(columns.tableName),
    op: cell(columns.op, row),
    rowKey: cell(columns.rowKey, row),
    actor: inParts(columns.actor, columns.actorUuid, columns.actorIsNamed),
    previousActor: inParts(columns.previousActor, columns.previousUuid, columns.previousIsNamed),
    sessionUser: text(columns.sessionUser),
    sessionCorrelationId: inParts(
      columns.sessionCorrelationId,
      columns.sessionUuid,
      columns.sessionIsNamed,
    ),
    sessionVariables: cell(columns.sessionVariables, row),
    createdAt: timeOf(cell(columns.createdAt, row)),
    arrivedAt: timeOf(cell(columns.arrivedAt, row)),
    arrivals: cell(columns.arrivals, row),
    traceId,
    startsTrace: cell(columns.startsTrace, row),
    changeId: cell(columns.changeId, row),
    oldRow: cell(columns.oldRow, row),
    newRow: cell(columns.newRow, row),
    payloadKept: cell(columns.payloadKept, row),
    isTest: cell(columns.isTest, row),
    payloadRemovedAt: removedAt === null ? null : timeOf(removedAt),
    link: evidence === null ? null : link(evidence),
  };
}

/** Deliveries in the order of their first attempts, what has none last. */
function deliveriesOf(
  { deliveries: columns, attempts, names }: Read,
  keys: readonly string[],
  idOf: ReadonlyMap<string, string>,
): StoredDelivery[] {
  const attemptsOf = new Map<string, { place: number; attempts: StoredAttempt[] }>();
  attempts.id.forEach((_id, row) => {
    const key = keyText({
      traceId: cell(attempts.traceId, row),
      ref: cell(attempts.deliveryRef, row),
    });
    const found = attemptsOf.get(key);
    const attempt = attemptOf(attempts, row, names);
    if (found) found.attempts.push(attempt);
    else attemptsOf.set(key, { place: attemptsOf.size, attempts: [attempt] });
  });
  const inOrder = keys
    .map((key, row) => {
      const { place = attemptsOf.size, attempts: own = [] } = attemptsOf.get(key) ?? {};
      return { key, row, place, attempts: own };
    })
    .toSorted(
      (a, b) => a.place - b.place || byNumber(cell(columns.ref, a.row), cell(columns.ref, b.row)),
    );
  // Reruns and what they make again are deliveries of one event, and so of one trace.
  const rerunOf = ({ row }: { row: number }): string | null => {
    const ref = cell(columns.rerunOfRef, row);
    return ref === null ? null : keyText({ traceId: cell(columns.traceId, row), ref });
  };
  const rerunsOf = Map.groupBy(inOrder, rerunOf);
  return inOrder.map((delivery): StoredDelivery => {
    const { key, row } = delivery;
    const traceId = cell(columns.traceId, row);
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
        hopUuidOf(traceId, cell(columns.ref, row).padStart(16, '0').slice(0, 10)),
      hasRetriesLeft: cell(columns.hasRetriesLeft, row),
      isDead: cell(columns.isDead, row),
      rerunOf: idOf.get(rerunOf(delivery) ?? '') ?? null,
      isRollout: cell(columns.isRollout, row),
      reruns: (rerunsOf.get(key) ?? []).map((rerun) => cell(columns.id, rerun.row)),
      attempts: delivery.attempts,
    };
  });
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
  if (text.length === 26) return `${text}Z`;
  const [seconds = '', fraction = ''] = text.split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}Z`;
}

function byNumber(a: string, b: string): number {
  const difference = BigInt(refOfHex(a)) - BigInt(refOfHex(b));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
