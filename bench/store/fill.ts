// Fills a database as it is after two months: cascades, and everything of them counted.
import { withClient } from '../../src/store/client.ts';
import { round } from '../harness/rounds.ts';
import { generateCascades } from './generate.ts';
import { rollEverythingUp } from './rollups.ts';

const days = 60;

/** @param amount.giants cascades of 10,000 hops among them */
export async function fill(
  url: string,
  { events, giants }: { events: number; giants: number },
): Promise<void> {
  const began = performance.now();
  const made = await withClient(url, (client) =>
    generateCascades(client, {
      events,
      giants,
      giantHops: 10_000,
      days,
      nowMs: Date.now(),
      payloads: 0.2,
      leavesNoNotes: true,
    }),
  );
  const seconds = round((performance.now() - began) / 1_000);
  await withClient(url, rollEverythingUp);
  const all = round((performance.now() - began) / 1_000);
  console.log(
    `made ${made.events} events, ${made.attempts} attempts in ${seconds} s, counted after ${all} s`,
  );
}
