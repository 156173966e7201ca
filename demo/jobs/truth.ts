// The truth about what jobs did: one line for each invocation, written from what its code wrote, never from a
// correlation ID in a row. Tests hold what Throughline shows against it.
import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const truthWriteSchema = z.object({
  table: z.string(),
  id: z.string(),
  op: z.enum(['INSERT', 'UPDATE', 'DELETE']),
});

const truthSchema = z.object({
  job: z.string(),
  /** False for the job that takes no part in correlation. */
  instrumented: z.boolean(),
  eventId: z.string(),
  idempotencyKey: z.string().nullable(),
  /** The `x-correlation-id` header as it came. */
  correlationId: z.string().nullable(),
  /** RFC 3339, UTC. */
  startedAt: z.string(),
  endedAt: z.string(),
  outcome: z.enum(['done', 'already_done', 'failed']),
  /** `now()` of its transaction, RFC 3339 with six digits, UTC: also the `created_at` of the events it made. */
  transactionAt: z.string().nullable().default(null),
  /** Rows of the committed transaction; none where it was rolled back. */
  writes: z.array(truthWriteSchema),
});

export type Truth = z.infer<typeof truthSchema>;
export type TruthWrite = z.infer<typeof truthWriteSchema>;

export type TruthLog = {
  /** Kept at once; in the file when the promise resolves. */
  add(truth: Truth): Promise<void>;
  /** Everything of this process, oldest first. */
  all(): readonly Truth[];
  flush(): Promise<void>;
};

const maxFileBytes = 16 * 1024 * 1024;

/** @param file where the lines are appended, begun anew once it is large; in memory only when null */
export function openTruthLog(file: string | null): TruthLog {
  const kept: Truth[] = [];
  let written: Promise<void> = file ? prepare(file) : Promise.resolve();
  return {
    add: (truth) => {
      kept.push(truth);
      if (file) written = written.then(() => appendFile(file, `${JSON.stringify(truth)}\n`));
      return written;
    },
    all: () => kept,
    flush: () => written,
  };
}

async function prepare(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const found = await stat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (!found) return;
  if (found.size > maxFileBytes) await rm(file);
  // A line that a crash cut off must not swallow the next one.
  else if (found.size > 0) await appendFile(file, '\n');
}

/**
 * Reads a truth file. A line that a crash cut off, or that is being written, is left out.
 * @throws when the file is missing or a line is not what `openTruthLog` writes
 */
export async function readTruth(file: string): Promise<Truth[]> {
  const lines = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'));
  return lines.map((line) => truthSchema.parse(JSON.parse(line)));
}

/**
 * Who made an event, by what the jobs wrote: the invocation whose transaction wrote that row.
 * @param event.createdAt the event's time as in `transactionAt`
 * @returns null where no job did: a person, a script
 */
export function authorOf(
  truths: readonly Truth[],
  event: { table: string; rowId: string; op: string; createdAt: string },
): Truth | null {
  const wrote = ({ transactionAt, writes }: Truth): boolean =>
    transactionAt === event.createdAt &&
    writes.some(
      ({ table, id, op }) => table === event.table && id === event.rowId && op === event.op,
    );
  return truths.find(wrote) ?? null;
}
