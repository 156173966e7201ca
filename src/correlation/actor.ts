// Decides who wrote a row, from what the event itself shows: the actor before and after, and the session.
// Never decides what caused the event (see place-event.ts and src/causes), and never rejects a value.
import { parseCorrelationId, trimValue } from './correlation-id.ts';
import { uuidPlace } from './trace-uuid.ts';

/** An event's operation; null for a webhook that is no database event. */
export type Operation = 'INSERT' | 'UPDATE' | 'DELETE' | 'MANUAL' | null;

/** What stands for "who wrote the row"; the words are the glossary's. */
export type ActorKind = 'user' | 'system' | 'carried' | 'unattributed' | 'legacy' | 'unknown';

/** What an event shows of its writer. `actor` is null for a DELETE: there is no row after it. */
export type ActorFacts = {
  op: Operation;
  actor: string | null;
  previousActor: string | null;
  /** The user that the session variables name: an e-mail or an id. */
  sessionUser: string | null;
  /** The correlation ID that the session variables name. */
  sessionCorrelationId?: string | null;
};

/** True for what names nobody: null, blanks, and "system" in any case. */
export function isGenericActor(value: string | null): boolean {
  if (value === null) return true;
  const trimmed = trimValue(value);
  return trimmed === '' || /^system$/i.test(trimmed);
}

/** True where this write put the actor there: the row is new, or the value differs from the one before. */
export function isSetAnew(facts: Pick<ActorFacts, 'op' | 'actor' | 'previousActor'>): boolean {
  if (facts.op === 'INSERT') return true;
  // MANUAL hands a row as it stands to a trigger: nobody wrote it. DELETE leaves no row.
  if (facts.op === 'MANUAL' || facts.op === 'DELETE') return false;
  return facts.actor !== facts.previousActor;
}

function kindOfValue(value: string): ActorKind {
  if (value.includes('@')) return 'user';
  const id = parseCorrelationId(value);
  if (id === null) return 'legacy';
  return uuidPlace(id.uuid) === 'unattributed' ? 'unattributed' : 'system';
}

/**
 * Who wrote the row, and the text that names them.
 *
 * A value counts when this write set it, or when the session names the same. One that merely stood there is
 * `carried`, unless the session names somebody: then the session's name is the value, since what stands in
 * the row is not who wrote it. A correlation ID in the session comes before its user, because a job that acts
 * for a person is still the job.
 *
 * @returns `value` is null where `kind` is `unknown` and no text is there; "system" and the like are kept.
 */
export function resolveActor(facts: ActorFacts): { kind: ActorKind; value: string | null } {
  const { actor, sessionUser, sessionCorrelationId = null } = facts;
  const named = actor !== null && !isGenericActor(actor);
  const byValue = named ? kindOfValue(actor) : 'unknown';
  if (named && byValue !== 'legacy' && isSetAnew(facts)) return { kind: byValue, value: actor };

  const sessionId = sessionCorrelationId === null ? null : parseCorrelationId(sessionCorrelationId);
  if (sessionId !== null && sessionCorrelationId !== null) {
    return { kind: kindOfValue(sessionCorrelationId), value: sessionCorrelationId };
  }
  if (sessionUser !== null && !isGenericActor(sessionUser)) {
    return { kind: parseCorrelationId(sessionUser) ? 'system' : 'user', value: sessionUser };
  }
  if (!named) return { kind: 'unknown', value: actor };
  return { kind: isSetAnew(facts) ? byValue : 'carried', value: actor };
}

/** The kind alone of `resolveActor`, for callers that keep the value elsewhere. */
export function classifyActor(facts: ActorFacts): ActorKind {
  return resolveActor(facts).kind;
}

/**
 * What the UI calls an actor: an e-mail as it is, a job's or system's name, a bare id as it is, and
 * "unknown" where there is none.
 */
export function actorName(value: string | null): string {
  if (value === null) return 'unknown';
  const trimmed = trimValue(value);
  if (trimmed === '') return 'unknown';
  const id = parseCorrelationId(trimmed);
  if (id === null) return trimmed;
  return id.kind === 'hop' ? id.job : id.system;
}
