// What stands out in what led to what: events that went nowhere, and weak links on the way to the selection. Pure;
// says only what the records prove.
import type { Finding } from './finding.ts';
import { chainOf, type Cascade } from './model.ts';

/**
 * One for each trigger with events that reached the edge and of which no delivery is recorded. None while anything
 * runs or waits: their records may still be on their way.
 */
export function undeliveredFindings(cascade: Cascade): Finding[] {
  const delivered = new Set<string>();
  for (const { node } of cascade.order) {
    if (node.kind !== 'hop') continue;
    if (node.delivery.state === 'running' || node.delivery.state === 'waiting') return [];
    delivered.add(node.delivery.eventId);
  }
  const groups = new Map<string, { name: string; events: number; nodeIds: Set<string> }>();
  for (const { node } of cascade.order) {
    if (node.kind !== 'change') continue;
    for (const { id, source, trigger, arrivals } of node.events) {
      // Without an arrival it is known from elsewhere: whether the edge was asked to deliver it, nobody can tell.
      if (arrivals === 0 || delivered.has(id)) continue;
      const key = JSON.stringify([source, trigger]);
      const group = groups.get(key) ?? {
        name: trigger ?? 'webhook',
        events: 0,
        nodeIds: new Set(),
      };
      group.events += 1;
      group.nodeIds.add(node.id);
      groups.set(key, group);
    }
  }
  return [...groups].map(([key, { name, events, nodeIds }]) => ({
    key: `undelivered-${key}`,
    tone: 'fail',
    kind: 'undelivered',
    subject: `${name} was delivered nowhere`,
    rest: `${events === 1 ? 'its event' : `${events} of its events`} reached the edge, and no delivery is recorded`,
    action: nodeIds.size === 1 ? 'Show' : `Show all ${nodeIds.size}`,
    nodeIds: [...nodeIds],
  }));
}

/** The weak links among the causes of one node, nearest last. Null where all are certain, or the node is not there. */
export function weakPathFinding(cascade: Cascade, selectedId: string | null): Finding | null {
  if (selectedId === null) return null;
  const weak = chainOf(cascade, selectedId).flatMap(({ id }) => {
    const cause = cascade.causeOf.get(id);
    return cause?.evidence === 'weak' ? [cause] : [];
  });
  const nearest = weak.at(-1);
  if (nearest === undefined) return null;
  return {
    key: 'weak-path',
    tone: 'retry',
    kind: 'weak_path',
    subject: weak.length === 1 ? '1 weak link' : `${weak.length} weak links`,
    rest: `on the way to what is selected${nearest.reason === null ? '' : `: ${nearest.reason}`}`,
    action: weak.length === 1 ? 'Show' : `Show all ${weak.length}`,
    nodeIds: weak.map(({ to }) => to),
  };
}
