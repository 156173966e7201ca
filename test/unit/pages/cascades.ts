// Small cascades for the tests of the dashboard, in the API's own shapes. Times are ms after `startMs`.
import {
  traceDetailSchema,
  type AttemptView,
  type DeliveryView,
  type EventView,
  type LinkView,
  type TraceDetail,
} from '../../../src/api/views.ts';

import type { Cascade } from '../../../pages/src/cascade/model.ts';
import { sequenceOf, type Sequence } from '../../../pages/src/cascade/sequence.ts';
import {
  outlineOf,
  rowKinds,
  type Outline,
  type OutlineRequest,
} from '../../../pages/src/tree/outline.ts';
import { buildTree, type CascadeTree } from '../../../pages/src/tree/tree.ts';

export const startMs = Date.parse('2026-11-24T14:32:07.412Z');
const traceId = '0199a3f2-7c41-8b7e-9a10-5f0000000000';

function at(ms: number): string {
  return new Date(startMs + ms).toISOString();
}

export function event(id: string, ms: number, more: Partial<EventView> = {}): EventView {
  return {
    id,
    source: 'shop',
    kind: 'hasura',
    trigger: 'order_paid',
    table: { schema: 'public', name: 'orders' },
    op: 'UPDATE',
    rowKey: '42',
    actor: { kind: 'user', value: 'dana@acme.io', name: 'dana@acme.io' },
    createdAt: at(ms),
    arrivedAt: at(ms + 20),
    arrivals: 1,
    traceId,
    changeId: `change-${id}`,
    changes: [{ column: 'status', old: 'pending', new: 'paid' }],
    payloadKept: true,
    payloadRemovedAt: null,
    sessionVariables: null,
    cause: null,
    ...more,
  };
}

type Span = [startMs: number, endMs: number | null, status?: number];

export function delivery(
  id: string,
  eventId: string,
  job: string,
  spans: Span[],
  state: DeliveryView['state'] = 'delivered',
): DeliveryView {
  const attempts = spans.map(([from, to, status = 200], index): AttemptView => {
    const failed = status >= 300;
    return {
      id: `${id}-${index}`,
      destination: `https://jobs.example.com/${job}`,
      startedAt: at(from),
      endedAt: to === null ? null : at(to),
      durationMs: to === null ? null : to - from,
      status: to === null ? null : status,
      outcome: to === null ? 'running' : failed ? 'failed' : 'delivered',
      error: failed ? `The destination answered ${status}.` : null,
      answer: null,
      degraded: false,
      worksInBackground: false,
      skipped: [],
    };
  });
  const first = spans[0]?.[0] ?? 0;
  const end = spans.at(-1)?.[1] ?? null;
  return {
    id,
    source: 'shop',
    eventId,
    traceId,
    job,
    target: `https://jobs.example.com/${job}`,
    algorithm: 'pass-through',
    correlationId: `order-paid.${job}.${traceId}`,
    state,
    startedAt: at(first),
    endedAt: end === null ? null : at(end),
    durationMs: end === null ? null : end - first,
    isRollout: null,
    rerunOf: null,
    reruns: [],
    attempts,
  };
}

export function causedBy(deliveryId: string | null, more: Partial<LinkView> = {}): LinkView {
  return {
    evidence: 'certain',
    rule: 'value',
    reason: 'The row names the delivery.',
    correlationId: `order-paid.job.${traceId}`,
    deliveryId,
    ...more,
  };
}

/** The API's answer, held against its schema. */
export function cascadeOf(
  events: EventView[],
  deliveries: DeliveryView[],
  more: Partial<Pick<TraceDetail, 'loops' | 'triggers'>> = {},
): TraceDetail {
  const attempts = deliveries.reduce((sum, each) => sum + each.attempts.length, 0);
  return traceDetailSchema.parse({
    trace: {
      id: traceId,
      source: 'shop',
      startedAt: at(0),
      endedAt: null,
      durationMs: null,
      state: 'delivered',
      root: null,
      events: events.length,
      deliveries: deliveries.length,
      attempts,
      failed: 0,
      dead: 0,
      weakLinks: 0,
      shape: [],
    },
    events,
    deliveries,
    loops: [],
    triggers: [],
    ...more,
  });
}

/** Nothing selected, filtered, folded or open. */
export const nothing: OutlineRequest = { selected: -1, keep: null, folded: [], open: [] };

/** With every group open, also those within groups. */
export function openOutline({ arrays }: CascadeTree): Outline {
  let outline = outlineOf(arrays, nothing);
  for (let known = -1; known !== outline.groups.length;) {
    known = outline.groups.length;
    const open = outline.groups.map(({ hash }): [number, number] => [hash, 1_000]);
    outline = outlineOf(arrays, { ...nothing, open });
  }
  return outline;
}

/** All of a cascade in time. */
export function openSequence(cascade: Cascade): Sequence {
  const tree = buildTree(cascade);
  return sequenceOf(tree, openOutline(tree), null);
}

export function sequenceWith(tree: CascadeTree, request: Partial<OutlineRequest> = {}): Sequence {
  const whole = { ...nothing, ...request };
  return sequenceOf(tree, outlineOf(tree.arrays, whole), whole.keep);
}

export function groupRows({ outline }: Sequence): number[] {
  return [...outline.kind.keys()].filter((row) => outline.kind[row] === rowKinds.group);
}
