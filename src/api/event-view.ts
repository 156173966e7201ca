// An event as the API shows it.
import { actorName, resolveActor } from '../correlation/actor.ts';
import type { StoredEvent } from '../store/read-rows.ts';
import { columnChanges } from './column-changes.ts';
import type { ActorView, EventView, TraceSummary } from './views.ts';

export function eventView(event: StoredEvent): EventView {
  return {
    id: event.id,
    source: event.source,
    kind: event.kind,
    trigger: event.trigger,
    table: tableOf(event),
    op: event.op,
    rowKey: event.rowKey,
    actor: actorView(event),
    createdAt: event.createdAt,
    arrivedAt: event.arrivedAt,
    arrivals: event.arrivals,
    traceId: event.traceId,
    changeId: event.changeId,
    changes: columnChanges(event.op, event.oldRow, event.newRow),
    payloadKept: event.payloadKept,
    payloadRemovedAt: event.payloadRemovedAt,
    sessionVariables: event.sessionVariables,
    cause: event.link,
  };
}

/** The event that began a trace, as the list shows it. */
export function rootView(event: StoredEvent): NonNullable<TraceSummary['root']> {
  return {
    actor: actorView(event),
    kind: event.kind,
    table: tableOf(event),
    op: event.op,
    rowKey: event.rowKey,
    changes: columnChanges(event.op, event.oldRow, event.newRow),
  };
}

function actorView(event: StoredEvent): ActorView {
  const actor = resolveActor(event);
  return { kind: actor.kind, value: event.actor, name: actorName(actor.value) };
}

function tableOf(event: StoredEvent): EventView['table'] {
  return event.tableSchema !== null && event.tableName !== null
    ? { schema: event.tableSchema, name: event.tableName }
    : null;
}
