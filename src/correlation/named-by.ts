// What a write says of its author. It judges no link: a hop that is named need not have made the write.
import { type ActorFacts, resolveActor } from './actor.ts';
import { parseCorrelationId } from './correlation-id.ts';
import { uuidPlace } from './trace-uuid.ts';

/**
 * `user`: a person. `declared`: a system action that no event caused, or an ID minted elsewhere. `hop`: a delivery.
 * The rest names nobody: see "actor" in the glossary.
 */
export type NamedBy =
  | 'user'
  | 'declared'
  | 'hop'
  | 'carried'
  | 'unattributed'
  | 'legacy'
  | 'unknown';

/** @returns null where nothing was written: a webhook, or a row handed over by hand */
export function namedBy(event: ActorFacts): NamedBy | null {
  if (event.op === null || event.op === 'MANUAL') return null;
  const { kind, value } = resolveActor(event);
  if (kind !== 'system') return kind;
  const id = value === null ? null : parseCorrelationId(value);
  return id !== null && uuidPlace(id.uuid) === 'hop' ? 'hop' : 'declared';
}
