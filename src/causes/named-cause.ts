// Which hop an event's own payload names as its cause, and how. It looks nothing up and judges nothing.
import { isSetAnew } from '../correlation/actor.ts';
import { formatHopId, parseCorrelationId } from '../correlation/correlation-id.ts';
import { traceIdOf, uuidPlace } from '../correlation/trace-uuid.ts';

export type NamingFacts = {
  op: 'INSERT' | 'UPDATE' | 'DELETE' | 'MANUAL' | null;
  actor: string | null;
  previousActor: string | null;
  sessionCorrelationId: string | null;
  sessionUser: string | null;
  /** As the edge has placed the event. */
  traceId: string;
  startsTrace: boolean;
};

export type NamedCause = {
  /** `carried`: the ID stood in the row before the write as well, so it need not have made it. */
  by: 'session' | 'value' | 'carried';
  /** The ID in its normal form. */
  correlationId: string;
  /** The ID's uuid. */
  hopId: string;
};

/**
 * Finds the hop that an event names. An ID that names no hop (a declared system action, a write that
 * named no cause, a uuid minted elsewhere) names no cause: such an event begins something. So does an
 * ID that did not place the event in its trace at the edge, being too old.
 * @returns null when nothing in Throughline is named
 */
export function namedCause(event: NamingFacts): NamedCause | null {
  if (!event.startsTrace) {
    const bySession = ownId(event.sessionCorrelationId);
    if (bySession && traceIdOf(bySession.uuid) === event.traceId) {
      return hopNamed(bySession, 'session');
    }
    const byValue = event.op !== null && isSetAnew(event) ? ownId(event.actor) : null;
    return byValue && traceIdOf(byValue.uuid) === event.traceId ? hopNamed(byValue, 'value') : null;
  }
  // Where the session says who wrote the row, an ID that merely stays in it is somebody else's.
  const isAnonymous = event.sessionUser === null && event.sessionCorrelationId === null;
  const carried = isAnonymous && !isSetAnew(event) ? ownId(event.actor) : null;
  return carried && hopNamed(carried, 'carried');
}

type OwnId = NonNullable<ReturnType<typeof parseCorrelationId>>;

function ownId(text: string | null): OwnId | null {
  const id = text === null ? null : parseCorrelationId(text);
  return id && uuidPlace(id.uuid) !== 'foreign' ? id : null;
}

function hopNamed(id: OwnId, by: NamedCause['by']): NamedCause | null {
  if (id.kind !== 'hop' || uuidPlace(id.uuid) !== 'hop') return null;
  return { by, correlationId: formatHopId(id.trigger, id.job, id.uuid), hopId: id.uuid };
}
