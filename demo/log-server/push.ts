// Reads the body of Loki's push endpoint, JSON form. Pure: it stores nothing.
import { z } from 'zod';
import type { Entry } from './entry.ts';

// https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
const labels = z.record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string());
const nanoseconds = z.string().regex(/^\d{1,19}$/);
const value = z.union([
  z.tuple([nanoseconds, z.string()]),
  z.tuple([nanoseconds, z.string(), z.record(z.string(), z.string())]),
]);
const pushSchema = z.object({
  streams: z.array(z.object({ stream: labels, values: z.array(value) })),
});

export type PushResult = { kind: 'entries'; entries: Entry[] } | { kind: 'error'; message: string };

export function parsePush(body: string): PushResult {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    return { kind: 'error', message: `couldn't parse push request: ${String(error)}` };
  }
  const parsed = pushSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') ?? '';
    return {
      kind: 'error',
      message: `couldn't parse push request: ${where}: ${issue?.message ?? 'unknown form'}`,
    };
  }
  for (const { stream } of parsed.data.streams) {
    if (Object.keys(stream).length === 0) {
      return { kind: 'error', message: 'error at least one label pair is required per stream' };
    }
  }
  return {
    kind: 'entries',
    entries: parsed.data.streams.flatMap(({ stream, values }) =>
      values.map(([at, line, metadata]) => ({
        at: BigInt(at),
        line,
        stream,
        metadata: metadata ?? {},
      })),
    ),
  };
}
