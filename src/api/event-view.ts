// An event as the API shows it.
import type { LeanEvent } from '../columns/lean-trace.ts';
import { actorName, resolveActor } from '../correlation/actor.ts';
import type { StoredEvent, StoredRoot } from '../store/read-rows.ts';
import { columnChanges } from './column-changes.ts';
import type { ActorView, EventPayloadView, EventView, TraceSummary } from './views.ts';

export function eventView(event: StoredEvent): EventView {
  return viewWith(event, event.changeId);
}

/** The same with numbers in the place of changes, which only tell those of one cascade apart. */
export function leanEventViews(events: readonly StoredEvent[]): LeanEvent[] {
  const changes = new Map<string, number>();
  return events.map((event) => {
    const { changeId } = event;
    const known = changes.get(changeId) ?? changes.size;
    changes.set(changeId, known);
    return viewWith(event, known);
  });
}

function viewWith<ChangeId>(
  event: StoredEvent,
  changeId: ChangeId,
): Omit<EventView, 'changeId'> & { changeId: ChangeId } {
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
    changeId,
    changes: columnChanges(event.op, event.oldRow, event.newRow),
    payloadKept: event.payloadKept,
    ...(event.isTest ? { isTest: true } : {}),
    payloadRemovedAt: event.payloadRemovedAt,
    sessionVariables: event.sessionVariables,
    cause: event.link,
  };
}

/** What its sender sent, with whole rows. */
export function eventPayloadView(event: StoredEvent): EventPayloadView {
  const nothing = { removedAt: event.payloadRemovedAt, payload: null };
  if (event.op === null && event.kind === 'hasura') return { state: 'no_row', ...nothing };
  if (event.payloadRemovedAt !== null) return { state: 'removed', ...nothing };
  if (!event.payloadKept || event.op === null) return { state: 'not_kept', ...nothing };
  return {
    state: 'kept',
    removedAt: null,
    payload: {
      id: event.id,
      created_at: event.createdAt,
      trigger: event.trigger === null ? null : { name: event.trigger },
      table: tableOf(event),
      event: {
        op: event.op,
        data: { old: event.oldRow, new: event.newRow },
        session_variables: event.sessionVariables,
      },
    },
  };
}

/** The event that began a trace, as the list shows it. */
export function rootView(event: StoredRoot): NonNullable<TraceSummary['root']> {
  return {
    actor: actorView(event),
    kind: event.kind,
    table: tableOf(event),
    op: event.op,
    rowKey: event.rowKey,
    ...(event.isTest ? { isTest: true } : {}),
    changes: columnChanges(event.op, event.oldRow, event.newRow),
  };
}

/** Who wrote, as far as the event and its session say. */
export function actorView(event: StoredRoot): ActorView {
  const actor = resolveActor(event);
  return { kind: actor.kind, value: event.actor, name: actorName(actor.value) };
}

function tableOf(event: Pick<StoredEvent, 'tableSchema' | 'tableName'>): EventView['table'] {
  return event.tableSchema !== null && event.tableName !== null
    ? { schema: event.tableSchema, name: event.tableName }
    : null;
}
