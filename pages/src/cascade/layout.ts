// Places a cascade as a sequence diagram: lanes, nodes, groups, arrows, bars of work, attempts. One pass over the
// rows, O(n). Pure: no DOM, no React Flow.
import { linkText } from '../tree/marks.ts';
import { rowKinds, type Outline } from '../tree/outline.ts';
import { at, type CascadeTree } from '../tree/tree.ts';
import { actorLabel, tableLabel } from '../words/names.ts';
import { attemptOutcome, type Tone } from '../words/outcome.ts';
import type { NodeIcon } from './describe.ts';
import * as measures from './measures.ts';
import type { Cause } from './model.ts';
import { stackRows, type AttemptRow, type FoldRow, type Moment, type TimeMark } from './rows.ts';
import type { Sequence, SequenceNode } from './sequence.ts';

export interface Lane {
  key: string;
  kind: NodeIcon;
  name: string;
  /** The lifeline. */
  centre: number;
}

export interface PlacedNode {
  node: SequenceNode;
  /** Of the outline. */
  row: number;
  lane: number;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Since the cascade began. */
  elapsedMs: number;
}

export interface Arrow {
  id: string;
  cause: Cause;
  fromX: number;
  toX: number;
  y: number;
  caption: { text: string; title: string; x: number; y: number; width: number } | null;
}

/** A stretch of a lifeline: work without attempts to tell apart, or one attempt. */
export interface Bar {
  id: string;
  x: number;
  top: number;
  bottom: number;
  look: 'work' | Tone;
}

export interface BackOff {
  id: string;
  x: number;
  top: number;
  bottom: number;
}

export interface Layout {
  /** More rows follow below. */
  isBeginning: boolean;
  width: number;
  height: number;
  lanes: Lane[];
  nodes: PlacedNode[];
  arrows: Arrow[];
  bars: Bar[];
  backOffs: BackOff[];
  attempts: (AttemptRow & { x: number })[];
  folds: FoldRow[];
  marks: TimeMark[];
  moments: Moment[];
}

function laneOf(node: SequenceNode): Omit<Lane, 'centre'> {
  switch (node.kind) {
    case 'actor': {
      const kind =
        node.actor.kind === 'user' || node.actor.kind === 'system' ? node.actor.kind : 'unknown';
      return { key: node.id, kind, name: actorLabel(node.actor) };
    }
    case 'change': {
      const { table, trigger, source } = node.event;
      return table === null
        ? { key: `webhook ${trigger ?? source}`, kind: 'webhook', name: trigger ?? source }
        : { key: `table ${tableLabel(table)}`, kind: 'table', name: tableLabel(table) };
    }
    case 'hop':
      return { key: `job ${node.delivery.job}`, kind: 'job', name: node.delivery.job };
    case 'missing':
      return { key: `job ${node.job}`, kind: 'job', name: node.job };
    case 'group':
    case 'more':
      return laneOf(node.member);
  }
}

/**
 * How many lifelines the rows of an outline need; null for all that the cascade has.
 * @param most counted no further than one more than this
 */
export function laneCount(
  { nodes }: CascadeTree,
  outline: Outline | null,
  most = Infinity,
): number {
  const keys = new Set<string>();
  const rows = outline === null ? nodes.length : outline.count;
  for (let row = 0; row < rows && keys.size <= most; row++) {
    const node = nodes[outline === null ? row : firstOf(outline, row)];
    if (node !== undefined) keys.add(laneOf(node).key);
  }
  return keys.size;
}

/** The node that a row is about; of a group, its first. */
function firstOf(outline: Outline, row: number): number {
  const item = at(outline.item, row);
  return outline.kind[row] === rowKinds.node ? item : (outline.groups[item]?.members[0] ?? -1);
}

/** On its arrow; null where the link is certain. */
function captionText(node: SequenceNode, cause: Cause): string | null {
  return node.kind === 'group' ? node.linkText : linkText(cause);
}

export function layOut(sequence: Sequence): Layout {
  const { order } = sequence;
  const lanes: Lane[] = [];
  const laneIndex = new Map<string, number>();
  // By place in the order, as all that follows: names of ten thousand nodes take longer to look up than to place.
  const laneAt = new Int32Array(order.length);
  const causes: (Cause | undefined)[] = [];
  const captions: (string | null)[] = [];
  order.forEach(({ node }, place) => {
    const lane = laneOf(node);
    let index = laneIndex.get(lane.key);
    if (index === undefined) {
      index = lanes.length;
      laneIndex.set(lane.key, index);
      lanes.push({ ...lane, centre: (index + 0.5) * measures.laneWidth });
    }
    laneAt[place] = index;
    const cause = sequence.causeOf.get(node.id);
    causes.push(cause);
    captions.push(cause === undefined ? null : captionText(node, cause));
  });
  const centreOf = (place: number): number => (at(laneAt, place) + 0.5) * measures.laneWidth;
  const causeAt = (place: number): SequenceNode | undefined =>
    order[order[place]?.cause ?? -1]?.node;

  const rows = stackRows(sequence, {
    above: (place) => {
      const text = captions[place] ?? null;
      if (text === null) return 0;
      const [from, to] = [centreOf(order[place]?.cause ?? -1), centreOf(place)];
      return isAbove(text, from, to) ? measures.captionStrip : 0;
    },
    below: (place) => {
      const actor = causeAt(place);
      return actor?.kind === 'actor' ? measures.notesBelow(actor.notes.length) : 0;
    },
  });

  const nodes: PlacedNode[] = [];
  const arrows: Arrow[] = [];
  const lowestEffect = new Float64Array(order.length).fill(Number.NaN);
  const firstEffect = new Int32Array(order.length).fill(-1);
  order.forEach(({ cause }, place) => {
    if (cause !== -1 && firstEffect[cause] === -1) firstEffect[cause] = place;
  });
  order.forEach(({ node, row, atMs, cause: from }, place) => {
    const elapsedMs = atMs - sequence.startMs;
    const lane = at(laneAt, place);
    const centreX = centreOf(place);
    if (node.kind === 'actor') {
      const first = at(firstEffect, place);
      const size = measures.actorSize;
      // One whose effects are all folded stands at its moment.
      const centre =
        first === -1
          ? Math.max(measures.topPadding + size / 2, rows.yOf(atMs))
          : at(rows.centres, first);
      const box = { x: centreX - size / 2, y: centre - size / 2 };
      nodes.push({ node, row, lane, ...box, width: size, height: size, elapsedMs });
      return;
    }
    const [top, centre] = [at(rows.tops, place), at(rows.centres, place)];
    const x = centreX - measures.nodeWidth / 2;
    const width = measures.nodeWidth;
    const height = measures.heightOf(node.kind);
    nodes.push({ node, row, lane, x, y: top, width, height, elapsedMs });
    const cause = causes[place];
    if (cause === undefined || from === -1) return;
    lowestEffect[from] = centre;
    const isFirstOfActor = order[from]?.node.kind === 'actor' && firstEffect[from] === place;
    const ends = { from: centreOf(from), to: centreX, y: centre, top };
    arrows.push(arrowOf(cause, captions[place] ?? null, ends, isFirstOfActor));
  });

  const { bars, backOffs } = barsOf(sequence, rows, nodes, centreOf, lowestEffect);
  return {
    isBeginning: sequence.goesOn !== null,
    width: lanes.length * measures.laneWidth + measures.rightPadding,
    height: rows.height,
    lanes,
    nodes,
    arrows,
    bars,
    backOffs,
    attempts: rows.attempts.map((row) => ({ ...row, x: centreOf(row.place) + 9 })),
    folds: rows.folds,
    marks: rows.marks,
    moments: rows.moments,
  };
}

/** Whether a caption has no room between the two ends of its arrow. */
function isAbove(text: string, from: number, to: number): boolean {
  return measures.captionWidth(text) + 24 > Math.abs(to - from) - measures.nodeWidth / 2 - 24;
}

function arrowOf(
  cause: Cause,
  text: string | null,
  ends: { from: number; to: number; y: number; top: number },
  fromCircle: boolean,
): Arrow {
  const { from, to, y, top } = ends;
  const direction = to >= from ? 1 : -1;
  const start = fromCircle ? measures.actorSize / 2 + 1 : measures.halfBar + 0.5;
  const fromX = from + direction * start;
  const toX = to - direction * (measures.nodeWidth / 2 + 1);
  let caption: Arrow['caption'] = null;
  if (text !== null) {
    const width = measures.captionWidth(text);
    const above = isAbove(text, from, to);
    const left = Math.min(fromX, toX);
    const middle = (fromX + toX) / 2 - width / 2;
    caption = {
      text,
      title: cause.reason ?? text,
      width,
      x: above
        ? direction === 1
          ? left + 8
          : Math.max(left, Math.max(fromX, toX) - width - 8)
        : middle,
      y: above ? top - measures.captionStrip + 3 : y - measures.captionHeight / 2,
    };
  }
  return { id: `${cause.from}→${cause.to}`, cause, fromX, toX, y, caption };
}

/** Work drawn on lifelines: grey down to the last effect, and one coloured bar for each attempt. */
function barsOf(
  sequence: Sequence,
  rows: ReturnType<typeof stackRows>,
  nodes: PlacedNode[],
  centreOf: (place: number) => number,
  /** NaN where there is none. */
  lowestEffect: Float64Array,
): { bars: Bar[]; backOffs: BackOff[] } {
  const bars: Bar[] = [];
  const backOffs: BackOff[] = [];
  const told = new Map<number, AttemptRow[]>();
  for (const row of rows.attempts) {
    const list = told.get(row.place);
    if (list === undefined) told.set(row.place, [row]);
    else list.push(row);
  }
  for (const [place, { node, y, height }] of nodes.entries()) {
    const x = centreOf(place);
    const hidden = sequence.hidden.get(node.id);
    const until = hidden === undefined ? undefined : rows.yOf(hidden.untilMs) - 4;
    const goesOn = sequence.goesOn?.has(node.id) === true;
    const lowest = at(lowestEffect, place);
    const low = goesOn ? rows.height : Number.isNaN(lowest) ? until : lowest;
    const attemptRows = told.get(place);
    if (node.kind !== 'hop' || attemptRows === undefined) {
      const running =
        hidden?.isRunning === true || (node.kind === 'hop' && node.delivery.state === 'running');
      const top = y + height;
      const bottom = Math.max(low === undefined ? 0 : low + 4, running ? top + 18 : 0);
      if (bottom > top) bars.push({ id: node.id, x, top, bottom, look: running ? 'run' : 'work' });
      continue;
    }
    let previousEnd = y + height;
    for (const row of attemptRows) {
      const attempt = node.delivery.attempts[row.index];
      if (attempt === undefined) continue;
      const first = row.index === 0;
      const last = row.index === node.delivery.attempts.length - 1;
      const top = first ? y + height : row.centre - 11;
      const endMs = attempt.endedAt === null ? sequence.endMs : Date.parse(attempt.endedAt);
      const ended = row.at === 'end' ? row.centre + 7 : rows.yOf(endMs);
      const bottom = Math.max(
        ended,
        top + 18,
        last && low !== undefined && low > top ? low + 4 : 0,
      );
      if (!first)
        backOffs.push({ id: `${node.id}-${row.index}`, x, top: previousEnd + 3, bottom: top - 3 });
      bars.push({
        id: `${node.id}-${row.index}`,
        x,
        top,
        bottom,
        look: attemptOutcome(attempt).tone,
      });
      previousEnd = bottom;
    }
    if (node.delivery.state === 'waiting') {
      backOffs.push({ id: `${node.id}-next`, x, top: previousEnd + 3, bottom: previousEnd + 21 });
    }
  }
  return { bars, backOffs };
}
