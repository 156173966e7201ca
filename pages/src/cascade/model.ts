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
}

export interface Cascade {
  /** In the order in which things are drawn: by time, every cause before its effects. */
  order: PlacedInTime[];
  nodes: Map<string, CascadeNode>;
  /** Any event's id, also one that shares a change with others, to its node's id. */
  idOf: Map<string, string>;
  causeOf: Map<string, Cause>;
  effectsOf: Map<string, Cause[]>;
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
  const byChange = new Map<string, EventView[]>();
  for (const event of events) {
    const same = byChange.get(event.changeId);
    if (same === undefined) byChange.set(event.changeId, [event]);
    else same.push(event);
  }
  const changes: ChangeNode[] = [];
  for (const same of byChange.values()) {
    const [only] = same;
    if (same.length === 1 && only !== undefined) {
      changes.push({ kind: 'change', id: only.id, event: only, events: same });
      continue;
    }
    // The id must not depend on the order in which events arrive: a link to it is kept in addresses.
    const sorted = same.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const event = sorted[0];
    if (event !== undefined) changes.push({ kind: 'change', id: event.id, event, events: sorted });
  }
  return changes;
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
  const eventById = new Map(detail.events.map((event) => [event.id, event]));
  for (const delivery of detail.deliveries) {
    const event = eventById.get(delivery.eventId) ?? null;
    nodes.set(delivery.id, { kind: 'hop', id: delivery.id, delivery, event });
    const from = idOf.get(delivery.eventId);
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
): Pick<Cascade, 'order' | 'causeOf' | 'effectsOf' | 'startMs' | 'endMs'> {
  const list = [...nodes.values()];
  const count = list.length;
  const placeOf = new Map(list.map(({ id }, place) => [id, place]));
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
    walk(place);
  }
  places.sort(
    (a, b) =>
      (atMs[a] ?? 0) - (atMs[b] ?? 0) ||
      (depth[a] ?? 0) - (depth[b] ?? 0) ||
      ((list[a]?.id ?? '') < (list[b]?.id ?? '') ? -1 : 1),
  );
  const order: PlacedInTime[] = [];
  const effectsOf = new Map<string, Cause[]>();
  for (const place of places) {
    const node = list[place];
    if (node === undefined) continue;
    order.push({ node, atMs: atMs[place] ?? 0, depth: depth[place] ?? 0 });
    const cause = causeOf.get(node.id);
    if (cause === undefined) continue;
    const effects = effectsOf.get(cause.from);
    if (effects === undefined) effectsOf.set(cause.from, [cause]);
    else effects.push(cause);
  }
  return { order, causeOf, effectsOf, ...extent(order) };
}

function extent(order: PlacedInTime[]): { startMs: number; endMs: number } {
  const startMs = order[0]?.atMs ?? 0;
  let endMs = startMs;
  for (const { node, atMs } of order) {
    endMs = Math.max(endMs, atMs);
    if (node.kind !== 'hop') continue;
    for (const { startedAt, endedAt } of node.delivery.attempts) {
      endMs = Math.max(endMs, Date.parse(endedAt ?? startedAt));
    }
  }
  return { startMs, endMs };
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
