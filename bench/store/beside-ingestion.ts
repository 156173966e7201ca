// Lets events be stored beside something, and says how many a second really were.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Ingested, IngestionOrder } from './ingesting.ts';

export type Ingestion = {
  /** @param url of the observability database. @returns events a second that were stored meanwhile */
  beside(url: string, work: () => Promise<void>): Promise<number>;
  stop(): Promise<void>;
};

/** @param perSecond events that are to be stored each second */
export function startIngestion(perSecond: number): Ingestion {
  const child = fork(fileURLToPath(new URL('ingesting.ts', import.meta.url)), [String(perSecond)]);
  let seed = 10_000_000;
  return {
    async beside(url, work) {
      seed += 100_000;
      tell(child, { url, seed });
      const done = answerOf(child);
      // Whoever fails first is what is told.
      const worked = work();
      await Promise.race([worked, done]);
      await worked;
      tell(child, { url: null, seed });
      const answer = await done;
      if ('error' in answer) throw new Error(`Storing beside it failed: ${answer.error}`);
      return answer.events / answer.seconds;
    },
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

const tell = (child: ChildProcess, order: IngestionOrder): void => {
  child.send(order);
};

const ingested: z.ZodType<Ingested> = z.union([
  z.object({ events: z.number(), seconds: z.number() }),
  z.object({ error: z.string() }),
]);

async function answerOf(child: ChildProcess): Promise<Ingested> {
  const [told]: unknown[] = await once(child, 'message');
  return ingested.parse(told);
}
