// What was sent, put together from what is stored: the event's own form with the columns that are kept.
import type { EventView } from '../../../src/api/views.ts';

/** In Hasura's form. For an UPDATE only the columns that differ are kept. */
export function payloadOf(event: EventView): Record<string, unknown> {
  const side = (pick: 'old' | 'new'): Record<string, unknown> =>
    Object.fromEntries(event.changes.map((change) => [change.column, change[pick]]));
  return {
    id: event.id,
    created_at: event.createdAt,
    trigger: event.trigger === null ? null : { name: event.trigger },
    table: event.table,
    event: {
      op: event.op,
      data: {
        old: event.op === 'INSERT' ? null : side('old'),
        new: event.op === 'DELETE' ? null : side('new'),
      },
      session_variables: event.sessionVariables,
    },
  };
}

/** Why the row before and after is not there; null where it is. */
export function missingPayload(event: EventView): string | null {
  if (event.payloadRemovedAt !== null) {
    return `The payload was removed on ${event.payloadRemovedAt.slice(0, 10)}: it is kept for a shorter time than the event.`;
  }
  return event.payloadKept ? null : 'The payload was too large to keep.';
}

export function payloadNote(event: EventView): string {
  const missing = missingPayload(event);
  if (missing !== null) return missing;
  return event.op === 'UPDATE' ? 'Columns that did not change are left out.' : '';
}
