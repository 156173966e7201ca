// The strip of real time: every attempt where it truly lies, in as many lines as overlap. Pure.
import { attemptOutcome, type Tone } from '../words/outcome.ts';
import { formatSpan } from '../time/format.ts';
import type { Moment } from './rows.ts';
import type { Sequence } from './sequence.ts';

export interface StripBar {
  id: string;
  nodeId: string;
  /** Shares of the whole, 0 to 1. */
  from: number;
  to: number;
  line: number;
  tone: Tone;
}

const maxLines = 5;
const finest = 500;
const maxBars = 600;

/** Failed ones first, then what can be seen best. */
function longestOf(bars: StripBar[]): StripBar[] {
  const rank = ({ tone, from, to }: StripBar): number => (tone === 'fail' ? 1 : 0) + to - from;
  return bars.toSorted((a, b) => rank(b) - rank(a)).slice(0, maxBars);
}

/** Of what groups hide too. */
export function stripBars(sequence: Pick<Sequence, 'hops' | 'startMs' | 'endMs'>): StripBar[] {
  const totalMs = Math.max(1, sequence.endMs - sequence.startMs);
  const share = (atMs: number): number =>
    Math.min(1, Math.max(0, (atMs - sequence.startMs) / totalMs));
  const lineEnds: number[] = [];
  const bars: StripBar[] = [];
  const painted = new Map<string, number>();
  for (const node of sequence.hops) {
    const spans = node.delivery.attempts.map((attempt, index) => ({
      id: `${node.id}-${index}`,
      from: share(Date.parse(attempt.startedAt)),
      to: attempt.endedAt === null ? 1 : share(Date.parse(attempt.endedAt)),
      tone: attemptOutcome(attempt).tone,
    }));
    const from = spans[0]?.from ?? 0;
    let line = lineEnds.findIndex((end) => end < from);
    if (line === -1) line = lineEnds.length < maxLines ? lineEnds.length : maxLines - 1;
    lineEnds[line] = Math.max(lineEnds[line] ?? 0, spans.at(-1)?.to ?? from);
    for (const span of spans) {
      // What would lie on a bar that looks the same is not drawn again: the strip is some 1,000 px wide.
      const place = `${line} ${span.tone} ${Math.round(span.from * finest)}`;
      const width = Math.round(span.to * finest);
      if ((painted.get(place) ?? -1) >= width) continue;
      painted.set(place, width);
      bars.push({ ...span, line, nodeId: node.id });
    }
  }
  return bars.length <= maxBars ? bars : longestOf(bars);
}

const niceSteps = [1, 2, 5];

/** About five round ticks: "0 s", "4 s". */
export function stripTicks(totalMs: number): { share: number; text: string }[] {
  if (totalMs <= 0) return [{ share: 0, text: '0' }];
  let stepMs = 1;
  search: for (let power = 1; ; power *= 10) {
    for (const nice of niceSteps) {
      stepMs = nice * power;
      if (totalMs / stepMs <= 6) break search;
    }
  }
  const ticks: { share: number; text: string }[] = [];
  for (let atMs = 0; atMs <= totalMs; atMs += stepMs) {
    const seconds = stepMs >= 1000 && atMs < 60_000;
    const text = atMs === 0 ? '0' : seconds ? `${atMs / 1000} s` : formatSpan(atMs);
    ticks.push({ share: atMs / totalMs, text });
  }
  return ticks;
}

/** The moment at a height of the diagram: the inverse of the rows' scale. */
export function timeAt(moments: Moment[], y: number): number {
  const first = moments[0];
  const last = moments.at(-1);
  if (first === undefined || last === undefined) return 0;
  if (y <= first.y) return first.atMs;
  if (y >= last.y) return last.atMs;
  let index = 0;
  for (let end = moments.length; index < end;) {
    const middle = (index + end) >> 1;
    if ((moments[middle]?.y ?? 0) > y) end = middle;
    else index = middle + 1;
  }
  const before = moments[index - 1] ?? first;
  const after = moments[index] ?? last;
  return before.atMs + ((y - before.y) / (after.y - before.y)) * (after.atMs - before.atMs);
}
