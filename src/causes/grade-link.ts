// Why an event happened by the ID that it names, and how well that is known: see "Evidence" in
// docs/architecture.md. What is known of an event that names none is judged in judge-event.ts.
// A pure function of what is stored, so that judging again with more facts replaces an earlier verdict.
import { defaultLongestCascadeMs } from '../correlation/place-event.ts';
import { timeOf } from '../correlation/trace-uuid.ts';
import { type NamedCause, type NamingFacts, namedCause } from './named-cause.ts';
import { type AttemptSpan, mayRunUntilMs } from './under-way.ts';

export type GradeFacts = NamingFacts & {
  /** The write's UTC time, corrected, ms since the epoch (with fractions). */
  writtenAtMs: number;
  /** Other rows of the same transaction name another hop, and no session says which it was. */
  transactionNamesAnother: boolean;
  /** The same transaction deleted this very row elsewhere: it was moved between partitions. */
  isMoved: boolean;
  /** A delivery of another event that carries the same ID was under way: it may have copied the ID. */
  isCarriedOn: boolean;
  /** Deliveries recorded under the hop that the event names. */
  deliveries: readonly GradeDelivery[];
};

export type GradeDelivery = {
  deliveryId: string;
  traceId: string;
  correlationId: string;
  attempts: readonly AttemptSpan[];
};

export type Grade = {
  evidence: 'certain' | 'weak' | 'pending';
  rule:
    | 'session'
    | 'value'
    | 'same_or_late_id'
    | 'same_transaction'
    | 'same_trace_context'
    | 'row_and_time';
  /** One sentence for people. */
  reason: string;
  /** The ID that the event names; null where it names none. */
  correlationId: string | null;
  /** The cause; null while pending. */
  delivery: { id: string; traceId: string } | null;
};

/**
 * Judges one event by what it names itself.
 * @returns null for an event that nothing in Throughline caused, as far as its payload shows
 */
export function gradeLink(facts: GradeFacts): Grade | null {
  const named = namedCause(facts);
  if (!named) return null;
  if (named.by === 'carried' && isTooOld(named, facts.writtenAtMs)) return null;

  // Short hop ids can collide: the delivery with the very ID that was written is the one.
  const delivery = facts.deliveries.find(
    (candidate) => candidate.correlationId === named.correlationId,
  );
  if (!delivery) return pending(named);
  const cause = {
    correlationId: named.correlationId,
    delivery: { id: delivery.deliveryId, traceId: delivery.traceId },
  };
  switch (named.by) {
    case 'session':
      return {
        evidence: 'certain',
        rule: 'session',
        reason: 'The session that wrote the row named this delivery.',
        ...cause,
      };
    case 'value': {
      // Late or copied: nobody can tell, and mostly it is copied.
      if (facts.isCarriedOn && !couldWrite(delivery, facts.writtenAtMs)) return null;
      const doubt = doubtOf(facts, delivery);
      return doubt
        ? { evidence: 'weak', ...doubt, ...cause }
        : {
            evidence: 'certain',
            rule: 'value',
            reason:
              'The write put the ID of this delivery into the row while the delivery was under way.',
            ...cause,
          };
    }
    case 'carried':
      return {
        evidence: 'weak',
        rule: 'same_or_late_id',
        reason: 'The ID of this delivery stood in the row before the write and after it.',
        ...cause,
      };
  }
}

/** Why an ID that a write set anew does not prove that its hop made the write; null where it does. */
function doubtOf(
  facts: GradeFacts,
  delivery: GradeDelivery,
): Pick<Grade, 'rule' | 'reason'> | null {
  if (facts.isMoved) {
    return {
      rule: 'same_or_late_id',
      reason: 'The ID of this delivery was moved along with its row from one partition to another.',
    };
  }
  if (facts.transactionNamesAnother) {
    return {
      rule: 'value',
      reason:
        'The write put the ID of this delivery into the row, but its transaction names another one too.',
    };
  }
  if (couldWrite(delivery, facts.writtenAtMs)) return null;
  return {
    rule: 'same_or_late_id',
    reason: 'The write put the ID of this delivery into the row after the delivery had ended.',
  };
}

/** An event that carries an old ID along is not waiting for anything: only a named cause is pending. */
function pending(named: NamedCause): Grade | null {
  if (named.by === 'carried') return null;
  return {
    evidence: 'pending',
    rule: named.by,
    reason: 'The delivery that the write names has not been recorded yet.',
    correlationId: named.correlationId,
    delivery: null,
  };
}

/** The edge has judged by the same rule the IDs that a write set anew. */
function isTooOld(named: NamedCause, writtenAtMs: number): boolean {
  const mintedAtMs = timeOf(named.hopId);
  return mintedAtMs !== null && writtenAtMs - mintedAtMs > defaultLongestCascadeMs;
}

/**
 * Whether any attempt could still be writing. There is no lower limit: nobody can write an ID before it
 * was handed out, so a write that seems earlier only shows that the clocks differ.
 */
export function couldWrite(delivery: GradeDelivery, writtenAtMs: number): boolean {
  return delivery.attempts.some((attempt) => writtenAtMs <= mayRunUntilMs(attempt));
}
