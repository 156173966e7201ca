// What a row of the waterfall shows on the time axis, and how the axis is cut. Times are ms since the cascade
// began. Pure.
import type { CascadeTree } from '../tree/tree.ts';
import { at } from '../tree/tree.ts';
import { formatSpan } from '../time/format.ts';
import { attemptOutcome, type Tone } from '../words/outcome.ts';

export interface Stretch {
  t0: number;
  t1: number;
}

export type Piece =
  | { kind: 'wait' | 'back-off'; fromMs: number; toMs: number; title: string }
  | { kind: 'attempt'; fromMs: number; toMs: number; title: string; tone: Tone; isOpen: boolean }
  | { kind: 'moment'; fromMs: number; toMs: number; title: string };

/** Waiting, attempts and pauses of a hop; the moment of anything else. */
export function piecesOf(tree: CascadeTree, index: number): Piece[] {
  const node = tree.nodes[index];
  const startMs = at(tree.arrays.startMs, index);
  if (node === undefined) return [];
  if (node.kind !== 'hop') {
    return [{ kind: 'moment', fromMs: startMs, toMs: startMs, title: '' }];
  }
  const since = (text: string): number => Date.parse(text) - tree.cascade.startMs;
  const pieces: Piece[] = [];
  const cause = at(tree.arrays.parent, index);
  const first = node.delivery.attempts[0];
  if (cause !== -1 && first !== undefined) {
    const fromMs = at(tree.arrays.startMs, cause);
    const toMs = since(first.startedAt);
    if (toMs > fromMs) {
      const title = `waited ${formatSpan(toMs - fromMs)} to be sent`;
      pieces.push({ kind: 'wait', fromMs, toMs, title });
    }
  }
  let endedMs: number | null = null;
  for (const [number, attempt] of node.delivery.attempts.entries()) {
    const fromMs = since(attempt.startedAt);
    if (endedMs !== null && fromMs > endedMs) {
      const title = `${formatSpan(fromMs - endedMs)} until the next attempt`;
      pieces.push({ kind: 'back-off', fromMs: endedMs, toMs: fromMs, title });
    }
    const isOpen = attempt.endedAt === null;
    const toMs: number = attempt.endedAt === null ? tree.totalMs : since(attempt.endedAt);
    const { tone, word } = attemptOutcome(attempt);
    const took = isOpen ? 'still running' : formatSpan(toMs - fromMs);
    pieces.push({
      kind: 'attempt',
      fromMs,
      toMs: Math.max(fromMs, toMs),
      title: `attempt ${number + 1}: ${word}, ${took}`,
      tone,
      isOpen,
    });
    endedMs = Math.max(fromMs, toMs);
  }
  if (node.delivery.state === 'waiting' && endedMs !== null) {
    const toMs = Math.max(endedMs, tree.totalMs);
    const title = 'waits for the next attempt';
    pieces.push({ kind: 'back-off', fromMs: endedMs, toMs, title });
  }
  return pieces;
}

/** From where to where, in percent of the stretch; null where it lies outside. */
export function shareOf(
  { t0, t1 }: Stretch,
  fromMs: number,
  toMs: number,
): { left: number; width: number } | null {
  if (toMs < t0 || fromMs > t1) return null;
  const whole = Math.max(t1 - t0, Number.EPSILON);
  const from = Math.max(fromMs, t0);
  const left = ((from - t0) / whole) * 100;
  return { left, width: ((Math.min(toMs, t1) - from) / whole) * 100 };
}

/** Which side of a stretch something lies on; null where it is in it. */
export function sideOf(
  { t0, t1 }: Stretch,
  fromMs: number,
  toMs: number,
): 'before' | 'after' | null {
  if (toMs < t0) return 'before';
  return fromMs > t1 ? 'after' : null;
}

/** The shortest stretch that can be looked at. */
const shortestMs = 1;

/** Within the cascade, with its ends in order, and never empty. */
export function clampStretch(totalMs: number, { t0, t1 }: Stretch): Stretch {
  const whole = Math.max(totalMs, shortestMs);
  const span = Math.min(whole, Math.max(Math.abs(t1 - t0), shortestMs));
  const from = Math.min(Math.max(0, Math.min(t0, t1)), whole - span);
  return { t0: from, t1: from + span };
}

/** Twice as near (or far) around a moment; null for the whole. */
export function zoomStretch(
  totalMs: number,
  stretch: Stretch,
  direction: 1 | -1,
  aroundMs: number,
): Stretch | null {
  const span = (stretch.t1 - stretch.t0) * (direction === 1 ? 0.5 : 2);
  if (span >= totalMs) return null;
  return clampStretch(totalMs, { t0: aroundMs - span / 2, t1: aroundMs + span / 2 });
}

const niceSteps = [1, 2, 5];

/** About `wanted` round ticks of a stretch, each at its share in percent. */
export function ticksOf({ t0, t1 }: Stretch, wanted: number): { share: number; text: string }[] {
  const span = t1 - t0;
  if (!(span > 0)) return [];
  let stepMs = 0.1;
  search: for (let power = 0.1; ; power *= 10) {
    for (const nice of niceSteps) {
      stepMs = nice * power;
      if (span / stepMs <= wanted) break search;
    }
  }
  const ticks: { share: number; text: string }[] = [];
  for (let number = Math.ceil(t0 / stepMs - 1e-9); number * stepMs <= t1 + 1e-9; number++) {
    const ms = number * stepMs;
    ticks.push({ share: ((ms - t0) / span) * 100, text: tickText(ms, stepMs) });
  }
  return ticks;
}

function tickText(ms: number, stepMs: number): string {
  if (Math.abs(ms) < 1e-9) return '0';
  if (ms < 1_000) return `${Number(ms.toFixed(stepMs < 1 ? 1 : 0))} ms`;
  const digits = Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(stepMs) + 1e-9)));
  if (ms < 60_000) return `${(ms / 1_000).toFixed(digits)} s`;
  if (stepMs >= (ms < 3_600_000 ? 1_000 : 60_000)) return formatSpan(ms);
  // Late in a long cascade and near: as a clock tells it.
  const minutes = Math.floor(ms / 60_000);
  const rest = ((ms - minutes * 60_000) / 1_000).toFixed(digits);
  return `${minutes}:${rest.padStart(digits === 0 ? 2 : 3 + digits, '0')} min`;
}
