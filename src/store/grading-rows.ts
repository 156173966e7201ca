// What an event is judged by, as it is read.
import type { EventFacts } from './record.ts';
import type { EventKey } from './refs.ts';

/** An event, and the trace of the hop that it names, if it names one. */
export type NamingEvent = EventKey & { namedTraceId: string | null };

/** … and the trace that its trace context names, where nothing else says why it happened. */
export type EventToGrade = NamingEvent & { contextTraceId: string | null };

/** One event to judge, with the delivery it names (if that has been recorded) and all its attempts. */
export type GradingRow = EventKey & {
  /** The number of its name. */
  source: number;
  op: EventFacts['op'];
  actor: string | null;
  previousActor: string | null;
  sessionCorrelationId: string | null;
  sessionUser: string | null;
  startsTrace: boolean;
  /** ms since 1970, with fractions. */
  createdAtMs: number;
  /** Rows of the same transaction name another hop, and no session says which it was. */
  transactionNamesAnother: boolean;
  /** The same transaction deleted a row with this key and this actor: it was moved, not made. */
  isMoved: boolean;
  /** A delivery of an earlier event that carries the same ID was under way. */
  isCarriedOn: boolean;
  /** More than one where short hop ids collide. */
  named: NamedDelivery[];
  /** The next two are for writes that name no cause: null for others. */
  /** Of the same transaction, naming the only hop that it names, by session if any does. */
  mate: NamingEvent | null;
  /** Attempts in traces of the event's trace context, latest first; null where there are too many to tell. */
  inContext: StoredContextAttempt[] | null;
  /** Latest first, at most `mostAboutRows`; null where the transaction wrote too many rows to tell. */
  aboutRows: StoredAboutRow[] | null;
};

/** When an attempt ran, from and to: ms since 1970, with fractions; its status; whether its job goes on after it. */
export type StoredSpan = [
  startedAtMs: number,
  endedAtMs: number | null,
  status: number | null,
  worksInBackground: boolean,
];

/** One attempt of a delivery in a trace that the event's trace context names. */
export type StoredContextAttempt = {
  deliveryRef: string;
  traceId: string;
  eventWrittenAtMs: number;
  span: StoredSpan;
};

/** One attempt of a delivery about a row that the transaction wrote. */
export type StoredAboutRow = StoredContextAttempt & { job: number; isSameRow: boolean };

export type NamedDelivery = {
  deliveryRef: string;
  traceId: string;
  correlationId: string;
  attempts: StoredSpan[];
};
