// Places a cascade as a sequence diagram: lanes, nodes, groups, arrows, bars of work, attempts. One pass over the
// rows, O(n). Pure: no DOM, no React Flow.
import { linkText } from '../tree/marks.ts';
import { rowKinds, type Outline } from '../tree/outline.ts';
import type { CascadeTree } from '../tree/tree.ts';
import { actorLabel, tableLabel } from '../words/names.ts';
import { attemptOutcome, type Tone } from '../words/outcome.ts';
import * as measures from './measures.ts';
import type { Cause } from './model.ts';
import { stackRows, type AttemptRow, type FoldRow, type Moment, type TimeMark } from './rows.ts';
import type { Sequence, SequenceNode } from './sequence.ts';

export interface Lane {
  key: string;
  kind: 'user' | 'system' | 'unknown' | 'table' | 'webhook' | 'job';
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

/** How many lifelines the rows of an outline need; null for all that the cascade has. */
export function laneCount({ nodes }: CascadeTree, outline: Outline | null): number {
  const keys = new Set<string>();
  const add = (index: number): void => {
    const node = nodes[index];
    if (node !== undefined) keys.add(laneOf(node).key);
  };
  if (outline === null) for (const index of nodes.keys()) add(index);
  else {
    for (const [row, item] of outline.item.entries()) {
      const isNode = outline.kind[row] === rowKinds.node;
      add(isNode ? item : (outline.groups[item]?.members[0] ?? -1));
    }
  }
  return keys.size;
}

/** On its arrow; null where the link is certain. */
function captionText(sequence: Sequence, cause: Cause): string | null {
  const node = sequence.nodes.get(cause.to);
  return node?.kind === 'group' ? node.linkText : linkText(cause);
}

export function layOut(sequence: Sequence): Layout {
  const lanes: Lane[] = [];
  const laneIndex = new Map<string, number>();
  const laneAt = new Map<string, number>();
  for (const { node } of sequence.order) {
    const lane = laneOf(node);
    let index = laneIndex.get(lane.key);
    if (index === undefined) {
      index = lanes.length;
      laneIndex.set(lane.key, index);
      lanes.push({ ...lane, centre: (index + 0.5) * measures.laneWidth });
    }
    laneAt.set(node.id, index);
  }
  const centreOf = (id: string): number => ((laneAt.get(id) ?? 0) + 0.5) * measures.laneWidth;

  /** Room between the two ends of an arrow. */
  const reach = (cause: Cause): number =>
    Math.abs(centreOf(cause.to) - centreOf(cause.from)) - measures.nodeWidth / 2 - 24;
  const rows = stackRows(sequence, {
    above: (id) => {
      const cause = sequence.causeOf.get(id);
      const text = cause === undefined ? null : captionText(sequence, cause);
      if (cause === undefined || text === null) return 0;
      return measures.captionWidth(text) + 24 > reach(cause) ? measures.captionStrip : 0;
    },
    below: (id) => {
      const actor = sequence.nodes.get(sequence.causeOf.get(id)?.from ?? '');
      return actor?.kind === 'actor' ? measures.notesBelow(actor.notes.length) : 0;
    },
  });

  const nodes: PlacedNode[] = [];
  const arrows: Arrow[] = [];
  const lowestEffect = new Map<string, number>();
  for (const { node, row: outlineRow, atMs } of sequence.order) {
    const elapsedMs = atMs - sequence.startMs;
    const lane = laneAt.get(node.id) ?? 0;
    if (node.kind === 'actor') {
      const first = sequence.effectsOf.get(node.id)?.[0];
      const size = measures.actorSize;
      // One whose effects are all folded stands at its moment.
      const centre =
        (first && rows.nodes.get(first.to)?.centre) ??
        Math.max(measures.topPadding + size / 2, rows.yOf(atMs));
      const box = { x: centreOf(node.id) - size / 2, y: centre - size / 2 };
      nodes.push({ node, row: outlineRow, lane, ...box, width: size, height: size, elapsedMs });
      continue;
    }
    const row = rows.nodes.get(node.id);
    if (row === undefined) continue;
    const x = centreOf(node.id) - measures.nodeWidth / 2;
    const width = measures.nodeWidth;
    const height = measures.heightOf(node.kind);
    nodes.push({ node, row: outlineRow, lane, x, y: row.top, width, height, elapsedMs });
    const cause = sequence.causeOf.get(node.id);
    if (cause === undefined) continue;
    lowestEffect.set(cause.from, row.centre);
    const firstOfActor =
      sequence.nodes.get(cause.from)?.kind === 'actor' &&
      sequence.effectsOf.get(cause.from)?.[0] === cause;
    const text = captionText(sequence, cause);
    arrows.push(arrowOf(cause, text, centreOf, row.centre, row.top, firstOfActor));
  }

  const { bars, backOffs } = barsOf(sequence, rows, nodes, centreOf, lowestEffect);
  return {
    width: lanes.length * measures.laneWidth + measures.rightPadding,
    height: rows.height,
    lanes,
    nodes,
    arrows,
    bars,
    backOffs,
    attempts: rows.attempts.map((row) => ({ ...row, x: centreOf(row.hop.id) + 9 })),
    folds: rows.folds,
    marks: rows.marks,
    moments: rows.moments,
  };
}

function arrowOf(
  cause: Cause,
  text: string | null,
  centreOf: (id: string) => number,
  y: number,
  top: number,
  fromCircle: boolean,
): Arrow {
  const direction = centreOf(cause.to) >= centreOf(cause.from) ? 1 : -1;
  const start = fromCircle ? measures.actorSize / 2 + 1 : measures.halfBar + 0.5;
  const fromX = centreOf(cause.from) + direction * start;
  const toX = centreOf(cause.to) - direction * (measures.nodeWidth / 2 + 1);
  let caption: Arrow['caption'] = null;
  if (text !== null) {
    const width = measures.captionWidth(text);
    const above =
      width + 24 >
      Math.abs(centreOf(cause.to) - centreOf(cause.from)) - measures.nodeWidth / 2 - 24;
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
  centreOf: (id: string) => number,
  lowestEffect: Map<string, number>,
): { bars: Bar[]; backOffs: BackOff[] } {
  const bars: Bar[] = [];
  const backOffs: BackOff[] = [];
  const told = new Map<string, AttemptRow[]>();
  for (const row of rows.attempts) {
    const list = told.get(row.hop.id);
    if (list === undefined) told.set(row.hop.id, [row]);
    else list.push(row);
  }
  for (const { node, y, height } of nodes) {
    const x = centreOf(node.id);
    const hidden = sequence.hidden.get(node.id);
    const until = hidden === undefined ? undefined : rows.yOf(hidden.untilMs) - 4;
    const low = lowestEffect.get(node.id) ?? until;
    const attemptRows = told.get(node.id);
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
