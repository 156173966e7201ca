// Keeps log lines in memory and in one JSONL file, the newest up to a bound. It knows nothing of queries.
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Entry } from './entry.ts';

const storedSchema = z.object({
  at: z.string(),
  line: z.string(),
  stream: z.record(z.string(), z.string()),
  metadata: z.record(z.string(), z.string()),
});

export type LogStore = {
  /** In the file when the promise resolves. */
  add(entries: readonly Entry[]): Promise<void>;
  /** Oldest first. */
  all(): readonly Entry[];
  close(): Promise<void>;
};

/**
 * @param directory where `lines.jsonl` is kept; made if missing
 * @param maxLines the oldest beyond it are forgotten
 */
export async function openLogStore(directory: string, maxLines: number): Promise<LogStore> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'lines.jsonl');
  let entries = byTime(await load(file)).slice(-maxLines);
  // The file is written anew at the start, which also drops a line that a crash cut off.
  let linesInFile = Number.POSITIVE_INFINITY;
  let unwritten: Entry[] = [];
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const added = unwritten;
    unwritten = [];
    if (linesInFile + added.length <= 2 * maxLines) {
      await appendFile(file, added.map(toLine).join(''));
      linesInFile += added.length;
      return;
    }
    const kept = [...entries];
    await writeFile(`${file}.new`, kept.map(toLine).join(''));
    await rename(`${file}.new`, file);
    linesInFile = kept.length;
  };
  await write();

  return {
    add: (added) => {
      const sorted = byTime([...added]);
      const inOrder = (sorted[0]?.at ?? 0n) >= (entries.at(-1)?.at ?? 0n);
      for (const entry of sorted) {
        entries.push(entry);
        unwritten.push(entry);
      }
      if (!inOrder) byTime(entries);
      if (entries.length > maxLines) entries = entries.slice(-maxLines);
      const done = writing.then(write);
      // A failed write fails its own push; the next one is tried.
      writing = done.catch(() => undefined);
      return done;
    },
    all: () => entries,
    close: () => writing,
  };
}

async function load(file: string): Promise<Entry[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  // A line that a crash cut off stands last, without its newline.
  lines.pop();
  return lines.map((line) => {
    const { at, ...rest } = storedSchema.parse(JSON.parse(line));
    return { at: BigInt(at), ...rest };
  });
}

function byTime(entries: Entry[]): Entry[] {
  // A stable sort: entries of one nanosecond stay in the order they came.
  return entries.sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}

function toLine({ at, line, stream, metadata }: Entry): string {
  return `${JSON.stringify({ at: at.toString(), line, stream, metadata })}\n`;
}
