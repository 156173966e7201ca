// Turns the API's answer into the tree that is drawn: actors, changes, hops, and what caused what.
// Decides identity and causes, never places or colours. Pure.
import type {
  ActorView,
  DeliveryView,
  EventView,
  LinkView,
  TraceDetail,
} from '../../../src/api/views.ts';
import { partsOfCorrelationId } from '../words/names.ts';

/** The person or system at the top. */
export interface ActorNode {
  kind: 'actor';
  id: string;
  actor: ActorView;
  /** Facts about the session, such as "role: support". */
  notes: string[];
}

/** One write; several triggers may have reported it. */
export interface ChangeNode {
  kind: 'change';
  id: string;
  event: EventView;
  events: EventView[];
}

/** One delivery. */
export interface HopNode {
  kind: 'hop';
  id: string;
  delivery: DeliveryView;
  event: EventView | null;
}

/** A delivery that a change names as its cause, but that is not recorded (yet). */
export interface MissingNode {
  kind: 'missing';
  id: string;
  correlationId: string;
  trigger: string | null;
  job: string;
}

export type CascadeNode = ActorNode | ChangeNode | HopNode | MissingNode;

export interface Cause {
  from: string;
  to: string;
  evidence: LinkView['evidence'];
  rule: LinkView['rule'] | null;
  /** One sentence for people; null where nothing needs saying. */
  reason: string | null;
}

export interface PlacedInTime {
  node: CascadeNode;
  /** Own time, but never before its cause's: causality first, then the clock. */
  atMs: number;
  depth: number;
  /** The place in the order of what caused it; −1 where nothing is known to have. */
  cause: number;
}

export interface Cascade {
  /** In the order in which things are drawn: by time, every cause before its effects. */
  order: PlacedInTime[];
  nodes: Map<string, CascadeNode>;
  /** Any event's id, also one that shares a change with others, to its node's id. */
  idOf: Map<string, string>;
  causeOf: Map<string, Cause>;
  /** Each node's place in the order. */
  indexOf: Map<string, number>;
  startMs: number;
  endMs: number;
}

const strength: Record<LinkView['evidence'], number> = { certain: 0, weak: 1, pending: 2 };

function strongestCause(events: EventView[]): LinkView | null {
  let best: LinkView | null = null;
  for (const { cause } of events) {
    if (cause !== null && (best === null || strength[cause.evidence] < strength[best.evidence])) {
      best = cause;
    }
  }
  return best;
}

function changesOf(events: EventView[]): ChangeNode[] {
  const changes = new Map<string, ChangeNode>();
  for (const event of events) {
    const known = changes.get(event.changeId);
    if (known !== undefined) known.events.push(event);
    else changes.set(event.changeId, { kind: 'change', id: event.id, event, events: [event] });
  }
  const all = [...changes.values()];
  for (const change of all) {
    if (change.events.length === 1) continue;
    // The id must not depend on the order in which events arrive: a link to it is kept in addresses.
    change.events.sort((a, b) => (a.id < b.id ? -1 : 1));
    change.event = change.events[0] ?? change.event;
    change.id = change.event.id;
  }
  return all;
}

function actorId(actor: ActorView): string {
  return `actor-${actor.kind}-${actor.value ?? actor.name}`.replaceAll(/[^\w.@-]/g, '-');
}

function actorNotes(event: EventView): string[] {
  const role = event.sessionVariables?.['x-hasura-role'];
  return [
    event.kind === 'hasura' ? 'via Hasura' : 'via webhook',
    ...(role === undefined ? [] : [`role: ${role}`]),
  ];
}

function ownTimeMs(node: CascadeNode): number | null {
  if (node.kind === 'change') return Date.parse(node.event.createdAt);
  if (node.kind === 'hop') return Date.parse(node.delivery.startedAt);
  return null;
}

function eventIn({ event, events }: ChangeNode, id: string): EventView | null {
  return event.id === id ? event : (events.find((each) => each.id === id) ?? null);
}

/** Linear but for one sort. Never throws: what cannot be connected is drawn as a root of its own. */
export function buildCascade(detail: TraceDetail): Cascade {
  const nodes = new Map<string, CascadeNode>();
  const idOf = new Map<string, string>();
  const causeOf = new Map<string, Cause>();
  const link = (cause: Cause): void => void causeOf.set(cause.to, cause);

  const changes = changesOf(detail.events);
  for (const change of changes) {
    nodes.set(change.id, change);
    for (const event of change.events) idOf.set(event.id, change.id);
  }
  for (const delivery of detail.deliveries) {
    const from = idOf.get(delivery.eventId);
    const change = from === undefined ? undefined : nodes.get(from);
    const event = change?.kind === 'change' ? eventIn(change, delivery.eventId) : null;
    nodes.set(delivery.id, { kind: 'hop', id: delivery.id, delivery, event });
    if (from !== undefined) {
      link({ from, to: delivery.id, evidence: 'certain', rule: null, reason: null });
    }
  }
  for (const change of changes) {
    const cause = strongestCause(change.events);
    if (cause === null) {
      const id = actorId(change.event.actor);
      if (!nodes.has(id)) {
        nodes.set(id, {
          kind: 'actor',
          id,
          actor: change.event.actor,
          notes: actorNotes(change.event),
        });
      }
      link({ from: id, to: change.id, evidence: 'certain', rule: null, reason: null });
      continue;
    }
    const { evidence, rule, reason } = cause;
    if (cause.deliveryId !== null && nodes.has(cause.deliveryId)) {
      link({ from: cause.deliveryId, to: change.id, evidence, rule, reason });
      continue;
    }
    const correlationId = cause.correlationId ?? cause.deliveryId ?? 'unknown';
    const id = `missing-${correlationId}`.replaceAll(/[^\w.-]/g, '-');
    if (!nodes.has(id)) {
      nodes.set(id, { kind: 'missing', id, correlationId, ...partsOfCorrelationId(correlationId) });
    }
    link({ from: id, to: change.id, evidence: 'pending', rule, reason });
  }

  return { nodes, idOf, ...inOrder(nodes, causeOf) };
}

/** Counts with places in `nodes`: names of ten thousand nodes take longer to look up than to put in order. */
function inOrder(
  nodes: Map<string, CascadeNode>,
  causeOf: Map<string, Cause>,
): Pick<Cascade, 'order' | 'causeOf' | 'indexOf' | 'startMs' | 'endMs'> {
  const list = [...nodes.values()];
  const count = list.length;
  const placeOf = new Map<string, number>();
  for (const { id } of list) placeOf.set(id, placeOf.size);
  const parent = new Int32Array(count).fill(-1);
  // Each node's newest effect, and each effect's next elder sibling.
  const effect = new Int32Array(count).fill(-1);
  const sibling = new Int32Array(count).fill(-1);
  for (const { from, to } of causeOf.values()) {
    const [above, below] = [placeOf.get(from), placeOf.get(to)];
    if (below === undefined) continue;
    parent[below] = above ?? -1;
    if (above === undefined) continue;
    sibling[below] = effect[above] ?? -1;
    effect[above] = below;
  }
  const ownMs = Float64Array.from(list, (node) => ownTimeMs(node) ?? Number.NaN);
  const firstEffectMs = (place: number): number => {
    let firstMs = Infinity;
    for (let next = effect[place] ?? -1; next !== -1; next = sibling[next] ?? -1) {
      const nextMs = ownMs[next] ?? Number.NaN;
      firstMs = Math.min(firstMs, Number.isNaN(nextMs) ? Infinity : nextMs);
    }
    return effect[place] === -1 ? 0 : firstMs;
  };
  // Actors and missing hops have no time of their own: they stand where their first effect does.
  const places = [...list.keys()];
  for (const place of places) if (Number.isNaN(ownMs[place])) ownMs[place] = firstEffectMs(place);

  const atMs = new Float64Array(count);
  const depth = new Int32Array(count).fill(-1);
  const walk = (root: number): void => {
    atMs[root] = ownMs[root] ?? 0;
    depth[root] = 0;
    const stack = [root];
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      for (let next = effect[place] ?? -1; next !== -1; next = sibling[next] ?? -1) {
        if (depth[next] !== -1) continue;
        atMs[next] = Math.max(ownMs[next] ?? 0, atMs[place] ?? 0);
        depth[next] = (depth[place] ?? 0) + 1;
        stack.push(next);
      }
    }
  };
  for (const place of places) if (parent[place] === -1) walk(place);
  // A circle of causes cannot be true; should one be reported, it is cut where it is first met.
  for (const place of places) {
    if (depth[place] !== -1) continue;
    causeOf.delete(list[place]?.id ?? '');
    parent[place] = -1;
    walk(place);
  }
  places.sort(
    (a, b) =>
      (atMs[a] ?? 0) - (atMs[b] ?? 0) ||
      (depth[a] ?? 0) - (depth[b] ?? 0) ||
      ((list[a]?.id ?? '') < (list[b]?.id ?? '') ? -1 : 1),
  );
  // From places among the nodes to places in the order.
  const rank = new Int32Array(count);
  places.forEach((place, index) => (rank[place] = index));
  const order: PlacedInTime[] = [];
  for (const place of places) {
    const node = list[place];
    if (node === undefined) continue;
    placeOf.set(node.id, order.length);
    const above = parent[place] ?? -1;
    order.push({
      node,
      atMs: atMs[place] ?? 0,
      depth: depth[place] ?? 0,
      cause: above === -1 ? -1 : (rank[above] ?? -1),
    });
  }
  return { order, causeOf, indexOf: placeOf, ...extent(order) };
}

function extent(order: PlacedInTime[]): { startMs: number; endMs: number } {
  const startMs = order[0]?.atMs ?? 0;
  let endMs = startMs;
  // Texts of one form are in the order of time: only the last is read as a time.
  let last = '';
  for (const { node, atMs } of order) {
    endMs = Math.max(endMs, atMs);
    if (node.kind !== 'hop') continue;
    for (const { startedAt, endedAt } of node.delivery.attempts) {
      const end = endedAt ?? startedAt;
      if (end > last) last = end;
    }
  }
  return { startMs, endMs: last === '' ? endMs : Math.max(endMs, Date.parse(last)) };
}

/** From the actor down to the node itself: why it ran. */
export function chainOf(cascade: Cascade, id: string): CascadeNode[] {
  const chain: CascadeNode[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const node = cascade.nodes.get(at);
    if (node === undefined) break;
    chain.unshift(node);
    at = cascade.causeOf.get(at)?.from;
  }
  return chain;
}
