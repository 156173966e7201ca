// Reads Loki's answer to a range query (grafana.com/docs/loki/latest/reference/loki-http-api/, "Query logs
// within a range of time") into lines: merged over streams, each once, in the order of time.
import { z } from 'zod';
import { hashOf } from './line-id.ts';
import type { IdPlace, LogLine } from './log-source.ts';
import { readLogLine } from './read-log-line.ts';

const text = z.record(z.string(), z.string());
const timestamp = z.string().regex(/^\d{1,20}$/, 'must be nanoseconds since the epoch');
/** Sent when the answer's labels are categorised; otherwise metadata is among the stream's labels. */
const categorised = z.looseObject({ structuredMetadata: text.optional(), parsed: text.optional() });
const value = z.union([
  z.tuple([timestamp, z.string()]),
  z.tuple([timestamp, z.string(), z.union([categorised, text])]),
]);

const lokiAnswerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('streams'),
    result: z.array(z.object({ stream: text, values: z.array(value) })),
  }),
});

/**
 * @returns the lines, and how many entries the answer held before doubles were dropped; or what is wrong
 */
export function readLokiAnswer(
  answer: unknown,
  place: IdPlace,
  asked: ReadonlySet<string>,
): { lines: LogLine[]; entries: number } | { problem: string } {
  const parsed = lokiAnswerSchema.safeParse(answer);
  if (!parsed.success) return { problem: z.prettifyError(parsed.error) };
  const lines = new Map<string, LogLine>();
  let entries = 0;
  for (const { stream, values } of parsed.data.data.result) {
    for (const [timestampNs, line, metadata] of values) {
      entries += 1;
      const labels = { ...stream, ...flatten(metadata) };
      // The same nanosecond is no double: what is the same throughout is.
      const id = `${timestampNs}-${hashOf(JSON.stringify([line, Object.entries(labels).toSorted(byName)]))}`;
      lines.set(id, readLogLine({ id, timestampNs, line, labels }, place, asked));
    }
  }
  return { lines: [...lines.values()].toSorted(byTime), entries };
}

function flatten(metadata: unknown): Record<string, string> {
  const parsed = categorised.safeParse(metadata);
  if (parsed.success && (parsed.data.structuredMetadata || parsed.data.parsed)) {
    return { ...parsed.data.structuredMetadata, ...parsed.data.parsed };
  }
  return text.safeParse(metadata).data ?? {};
}

function byName([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : Number(a > b);
}

/** Nanoseconds as text: the longer is the later. Equal ones stay as they came. */
export function byTime(a: Pick<LogLine, 'timestampNs'>, b: Pick<LogLine, 'timestampNs'>): number {
  const [left, right] = [a.timestampNs.padStart(20, '0'), b.timestampNs.padStart(20, '0')];
  return left < right ? -1 : Number(left > right);
}
