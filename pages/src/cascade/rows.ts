// Stacks what happened into rows: nodes and groups, attempts after the first, and bands for folded idle time.
// Decides the vertical place of every moment; never looks at columns. Pure, one pass after sorting.
import { formatElapsed, formatSpan } from '../time/format.ts';
import { rowLabel } from '../words/names.ts';
import { attemptOutcome, type Tone } from '../words/outcome.ts';
import type { HopNode } from './model.ts';
import {
  attemptRowHeight,
  foldHeight,
  foldMargin,
  heightOf,
  pitch,
  rowGap,
  topPadding,
} from './measures.ts';
import type { Sequence } from './sequence.ts';

/**
 * Idle time longer than this is folded: 400 ms or 8 % of the time until its end, whichever is more. Not of the whole,
 * which grows while somebody reads.
 */
export function foldThresholdMs(elapsedMs: number): number {
  return Math.max(400, elapsedMs * 0.08);
}

/** A moment of one attempt that needs a label: the end of the first, the start of the others. */
export interface AttemptMoment {
  hop: HopNode;
  index: number;
  at: 'start' | 'end';
}

export interface AttemptRow extends AttemptMoment {
  kind: 'attempt';
  /** Of its hop, in the sequence's order. */
  place: number;
  atMs: number;
  centre: number;
  text: string;
  tone: Tone;
}

export interface FoldRow {
  kind: 'fold';
  top: number;
  height: number;
  text: string;
}

export interface TimeMark {
  id: string;
  centre: number;
  text: string;
  /** The node it belongs to; null for attempts. */
  nodeId: string | null;
}

export interface Rows {
  /** Of each node in the sequence's order, its upper edge; NaN for people, who have no row. */
  tops: Float64Array;
  centres: Float64Array;
  attempts: AttemptRow[];
  folds: FoldRow[];
  marks: TimeMark[];
  height: number;
  /** The height at which a moment stands. */
  yOf: (atMs: number) => number;
  /** Every row's moment, in order: what `yOf` interpolates between. */
  moments: Moment[];
}

export interface Moment {
  atMs: number;
  y: number;
}

interface Entry {
  atMs: number;
  seq: number;
  /** Of the node, or of the attempt's hop, in the sequence's order. */
  place: number;
  /** Null for the node itself. */
  attempt: AttemptMoment | null;
}

/** Which attempts get a row: none for one that went well at once. */
function momentsOf(hop: HopNode): { moment: AttemptMoment; atMs: number }[] {
  const { attempts } = hop.delivery;
  if (attempts.length === 1 && attempts[0]?.outcome === 'delivered') return [];
  if (attempts.length === 1 && attempts[0]?.outcome === 'running') return [];
  return attempts.map((attempt, index) => {
    const at = index === 0 && attempt.endedAt !== null ? 'end' : 'start';
    const text = at === 'end' ? (attempt.endedAt ?? attempt.startedAt) : attempt.startedAt;
    return { moment: { hop, index, at }, atMs: Date.parse(text) };
  });
}

function entriesOf(sequence: Sequence): Entry[] {
  const entries: Entry[] = [];
  let seq = 0;
  sequence.order.forEach(({ node, atMs }, place) => {
    if (node.kind === 'actor') return;
    entries.push({ atMs, seq: seq++, place, attempt: null });
    if (node.kind !== 'hop') return;
    for (const { moment, atMs: momentMs } of momentsOf(node)) {
      entries.push({ atMs: Math.max(momentMs, atMs), seq: seq++, place, attempt: moment });
    }
  });
  return entries.sort((a, b) => a.atMs - b.atMs || a.seq - b.seq);
}

function names(jobs: Set<string>): string {
  return jobs.size > 2 ? `${jobs.size} jobs` : [...jobs].join(' and ');
}

/** One attempt's time, with the end of the rest after it. */
interface Work {
  job: string;
  startMs: number;
  endMs: number;
  /** When the next attempt began; −Infinity where none did. */
  nextMs: number;
}

function worksOf({ hops }: Sequence): Work[] {
  return hops.flatMap(({ delivery: { attempts, job } }) => {
    const startsMs = attempts.map(({ startedAt }) => Date.parse(startedAt));
    return attempts.map(({ endedAt }, index) => ({
      job,
      startMs: startsMs[index] ?? 0,
      endMs: endedAt === null ? Infinity : Date.parse(endedAt),
      nextMs: startsMs[index + 1] ?? -Infinity,
    }));
  });
}

/** Who was at work between two moments, as the end of "13.6 s folded, …". What stands in groups is counted too. */
function idleText(
  sequence: Sequence,
  works: readonly Work[],
  fromMs: number,
  toMs: number,
  next: Entry,
): string {
  const working = new Set<string>();
  const passing = new Set<string>();
  const resting = new Set<string>();
  for (const { job, startMs, endMs, nextMs } of works) {
    if (startMs <= fromMs + 1 && endMs >= toMs - 1) working.add(job);
    // Only what a group hides can begin here: anything else would have a row.
    else if (startMs > fromMs + 1 && startMs < toMs - 1) passing.add(job);
    if (endMs <= fromMs + 1 && nextMs >= toMs - 1) resting.add(job);
  }
  if (passing.size > 0) {
    const jobs = new Set([...working, ...passing]);
    return `${names(jobs)} ${jobs.size === 1 ? 'was' : 'were'} at work in what is grouped`;
  }
  if (working.size > 0) {
    return `only ${names(working)} ${working.size === 1 ? 'was' : 'were'} at work`;
  }
  if (resting.size > 0) return `${names(resting)} waited for the next attempt`;
  const node = next.attempt === null ? sequence.order[next.place]?.node : undefined;
  if (node?.kind === 'hop' && node.event !== null) {
    return `${rowLabel(node.event)} waited to be sent`;
  }
  return 'nothing was at work';
}

/** Room that a node's row needs beside what stands in it, by the node's place in the sequence's order. */
export interface RowRoom {
  /** Above it, for its arrow's caption. */
  above: (place: number) => number;
  /** From its middle down to the end of what hangs beside it: a band of folded time must not cross that. */
  below: (place: number) => number;
}

/** Places every row. */
export function stackRows(sequence: Sequence, room: RowRoom): Rows {
  const { order } = sequence;
  const tops = new Float64Array(order.length).fill(Number.NaN);
  const centres = new Float64Array(order.length).fill(Number.NaN);
  const attempts: AttemptRow[] = [];
  const folds: FoldRow[] = [];
  const marks: TimeMark[] = [];
  const moments: Moment[] = [];
  let works: Work[] | null = null;
  let y = topPadding;
  let free = 0;
  let previousMs = sequence.startMs;
  for (const entry of entriesOf(sequence)) {
    const gapMs = entry.atMs - previousMs;
    if (gapMs > foldThresholdMs(entry.atMs - sequence.startMs)) {
      works ??= worksOf(sequence);
      const who = idleText(sequence, works, previousMs, entry.atMs, entry);
      const text = `${formatSpan(gapMs)} folded, ${who}`;
      const top = Math.max(y, free) + foldMargin;
      folds.push({ kind: 'fold', top, height: foldHeight, text });
      y = top + foldHeight + foldMargin + 4;
    }
    previousMs = entry.atMs;
    let centre: number;
    const { place } = entry;
    const node = entry.attempt === null ? order[place]?.node : undefined;
    if (node !== undefined) {
      const top = y + room.above(place);
      const height = heightOf(node.kind);
      centre = top + height / 2;
      tops[place] = top;
      centres[place] = centre;
      y = top + height + rowGap;
      free = Math.max(free, centre + room.below(place));
    } else {
      centre = y + attemptRowHeight / 2 - 4;
      y += attemptRowHeight;
    }
    if (entry.attempt !== null) {
      const { hop, index } = entry.attempt;
      const attempt = hop.delivery.attempts[index];
      if (attempt !== undefined) {
        const { tone, word } = attemptOutcome(attempt);
        const text = `attempt ${index + 1} · ${word}`;
        const { atMs } = entry;
        attempts.push({ kind: 'attempt', ...entry.attempt, place, atMs, centre, text, tone });
      }
    }
    moments.push({ atMs: entry.atMs, y: centre });
    const text = formatElapsed(entry.atMs - sequence.startMs);
    if (marks.at(-1)?.text !== text) {
      const id = node?.id ?? `${entry.attempt?.hop.id}-${entry.attempt?.index}`;
      marks.push({ id, centre, text, nodeId: node?.id ?? null });
    }
  }
  const yOf = scaleOf(moments);
  return { tops, centres, attempts, folds, marks, height: y + topPadding, yOf, moments };
}

/** Between two rows time runs evenly; before the first and after the last it stands still. */
function scaleOf(moments: Moment[]): (atMs: number) => number {
  return (atMs) => {
    let low = 0;
    let high = moments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((moments[middle]?.atMs ?? Infinity) <= atMs) low = middle + 1;
      else high = middle;
    }
    const before = moments[low - 1];
    const after = moments[low];
    if (before === undefined) return after?.y ?? 0;
    if (after === undefined) return before.y + (atMs > before.atMs ? pitch / 2 : 0);
    const share = (atMs - before.atMs) / (after.atMs - before.atMs);
    return before.y + share * (after.y - before.y);
  };
}
