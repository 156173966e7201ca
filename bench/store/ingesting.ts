// Stores some events a second beside what is measured, in a process of its own: `node ingesting.ts <events a second>`.
// Told a connection string, it stores there from then on; told null, it stops and says how many it has stored.
import { withClient } from '../../src/store/client.ts';
import { consumeMessages } from './consume-messages.ts';
import { packedRecords } from './records.ts';

export type IngestionOrder = { url: string | null; seed: number };
export type Ingested = { events: number; seconds: number } | { error: string };

const perSecond = Number(process.argv[2]);
const current: { url: string | null } = { url: null };

async function run(url: string, seed: number): Promise<Ingested> {
  const began = performance.now();
  let events = 0;
  for (let turn = 0; current.url === url; turn += 1) {
    const made = await packedRecords(
      { seed: seed + turn, nowMs: Date.now(), attempts: 'some' },
      perSecond,
    );
    await consumeMessages((work) => withClient(url, work), made.messages);
    events += made.events;
    // What is behind catches up: the next second's come at once.
    const dueMs = began + (events / perSecond) * 1_000;
    const left = dueMs - performance.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  }
  return { events, seconds: (performance.now() - began) / 1_000 };
}

async function follow({ url, seed }: IngestionOrder): Promise<void> {
  current.url = url;
  if (url === null) return;
  try {
    process.send?.(await run(url, seed));
  } catch (error) {
    process.send?.({ error: String(error) } satisfies Ingested);
  }
}

process.on('message', (order: IngestionOrder) => void follow(order));
process.on('disconnect', () => process.exit(0));
