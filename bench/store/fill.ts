// Fills a database as it is after two months: cascades, and everything of them counted.
import { withClient } from '../../src/store/client.ts';
import { round } from '../harness/rounds.ts';
import { generateCascades } from './generate.ts';
import { rollEverythingUp } from './rollups.ts';
import type { StoreServer } from './store-server.ts';

const days = 60;

type Amount = {
  events: number;
  /** Cascades of 10,000 hops among them. */
  giants: number;
};

/** A database with cascades in it: as it is where it has been filled before, and has been kept. */
export async function filledDatabase(
  server: StoreServer,
  amount: Amount,
): Promise<{ name: string; url: string }> {
  const name = `filled_${amount.events}_${amount.giants}`;
  const url = await server.create(name);
  if (!(await isFilled(url))) {
    await server.drop(name);
    await server.create(name);
    await fill(url, amount);
  }
  return { name, url };
}

/** What is counted comes last, at once. */
async function isFilled(url: string): Promise<boolean> {
  const { rows } = await withClient(url, (client) =>
    client.query('select from rolled_hours limit 1'),
  );
  return rows.length > 0;
}

async function fill(url: string, { events, giants }: Amount): Promise<void> {
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
