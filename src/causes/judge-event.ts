// Why an event happened, all rows of "Evidence" in docs/architecture.md together: what it names itself
// first, then what its transaction shows, then what was under way about its row. Pure; what it finds where
// nothing is named is never certain.
import { type ActorFacts, resolveActor } from '../correlation/actor.ts';
import { couldWrite, type Grade, type GradeFacts, gradeLink } from './grade-link.ts';
import { type AttemptSpan, mayRunUntilMs } from './under-way.ts';

export type JudgeFacts = GradeFacts & {
  /**
   * An event of the same transaction that names a hop, by session if any does, with its own verdict.
   * Null where none names one, and where they name two: a transaction has one writer.
   */
  mate: Grade | null;
  /** Attempts in traces that the event's trace context names; null: too many to tell. */
  inContext: readonly ContextAttempt[] | null;
  /** Attempts about the rows that the transaction wrote without naming a cause; null: too many to tell. */
  aboutRows: readonly AboutRow[] | null;
};

/** One attempt of a delivery in a trace that the judged event's trace context names. */
export type ContextAttempt = AttemptSpan & {
  deliveryId: string;
  traceId: string;
  /** When the delivery's own event was written. */
  eventWrittenAtMs: number;
};

/** One attempt of a delivery whose own event, by the same database's clock, is about a row that was written. */
export type AboutRow = ContextAttempt & {
  /** About the judged event's own row, not another one of its transaction. */
  isSameRow: boolean;
  /** From when on the delivery's job is known to write its IDs; null while it has never been seen to. */
  writesIdsSinceMs: number | null;
};

/**
 * Judges one event.
 * @returns null for an event that nothing in Throughline caused, as far as is known
 */
export function judgeEvent(facts: JudgeFacts): Grade | null {
  const named = gradeLink(facts);
  // An ID that merely stood in the row is the weakest there is: what else is known may be better.
  if (named && !facts.startsTrace) return named;
  if (!namesNobody(facts)) return named;
  const byTransaction = gradeByTransaction(facts.mate);
  if (byTransaction) return byTransaction;
  const byContext = gradeByContext(facts);
  if (byContext) return byContext;
  // Once its hop has ended, an ID that stays in a row says nothing of who wrote the row now.
  if (!named || !isUnderWay(facts, named)) return gradeByRowAndTime(facts);
  const others = underWay(facts).filter(({ deliveryId }) => deliveryId !== named.delivery?.id);
  return others.length === 0 ? named : null;
}

/**
 * Only a write whose author nobody knows is linked without a name: not a person's, not a declared system
 * action's, not a bare id's, which is somebody. MANUAL hands a row on as it stands: it is no write.
 */
function namesNobody(event: ActorFacts): boolean {
  if (event.op === null || event.op === 'MANUAL') return false;
  const byRow = resolveActor(event).kind;
  const bySession = resolveActor({ ...event, actor: null }).kind;
  return (
    (byRow === 'unattributed' || byRow === 'unknown' || byRow === 'carried') &&
    (bySession === 'unattributed' || bySession === 'unknown')
  );
}

function gradeByTransaction(mate: Grade | null): Grade | null {
  if (mate?.evidence !== 'certain') return null;
  return {
    evidence: 'weak',
    rule: 'same_transaction',
    reason: 'Another write of the same transaction was certainly made by this delivery.',
    correlationId: null,
    delivery: mate.delivery,
  };
}

/**
 * A trace context is handed on from call to call and names a trace, never the hop: the one delivery of it that
 * was at work. A person's page shares one too, so that with two at work there is no link.
 */
function gradeByContext(facts: JudgeFacts): Grade | null {
  const atWork = (facts.inContext ?? []).filter((attempt) =>
    wasUnderWay(attempt, facts.writtenAtMs),
  );
  const [first] = atWork;
  if (!first || atWork.some(({ deliveryId }) => deliveryId !== first.deliveryId)) return null;
  return {
    evidence: 'weak',
    rule: 'same_trace_context',
    reason:
      'The write carries the trace context of this delivery’s trace, in which no other delivery was under way.',
    correlationId: null,
    delivery: { id: first.deliveryId, traceId: first.traceId },
  };
}

/**
 * The one delivery that can have made the write. Where two can, a guess would be wrong every other time
 * and put a whole trace into a stranger's cascade, so there is no link then; and a transaction, which has
 * one writer, has none if deliveries about two of its rows were under way.
 */
function gradeByRowAndTime(facts: JudgeFacts): Grade | null {
  const candidates = underWay(facts);
  const [first] = candidates;
  if (!first || candidates.some(({ deliveryId }) => deliveryId !== first.deliveryId)) return null;
  if (!candidates.some(({ isSameRow }) => isSameRow)) return null;
  return {
    evidence: 'weak',
    rule: 'row_and_time',
    reason:
      'The row was written while this delivery, which is about the same row, was the only one under way whose job writes no IDs.',
    correlationId: null,
    delivery: { id: first.deliveryId, traceId: first.traceId },
  };
}

/** Attempts about the rows that can have made the write without naming themselves. */
function underWay({ aboutRows, op, writtenAtMs }: JudgeFacts): AboutRow[] {
  return (aboutRows ?? []).filter((attempt) => {
    const writesIds = attempt.writesIdsSinceMs !== null && attempt.writesIdsSinceMs <= writtenAtMs;
    // A row that is gone names nobody, whatever its job writes otherwise.
    return (!writesIds || op === 'DELETE') && wasUnderWay(attempt, writtenAtMs);
  });
}

/** What the write itself caused, or its own transaction, is not its cause. */
function wasUnderWay(attempt: ContextAttempt, writtenAtMs: number): boolean {
  if (attempt.eventWrittenAtMs >= writtenAtMs) return false;
  return attempt.startedAtMs <= writtenAtMs && writtenAtMs <= mayRunUntilMs(attempt);
}

function isUnderWay(facts: GradeFacts, grade: Grade): boolean {
  return facts.deliveries.some(
    (delivery) =>
      delivery.deliveryId === grade.delivery?.id && couldWrite(delivery, facts.writtenAtMs),
  );
}
