// How even round-robin is over seven destinations while its object is evicted now and then, and how many calls a
// second one object serves. Counts, not ratios: there is no baseline.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type EdgeUnderTest, startEdgeUnderTest } from '../harness/edge-under-test.ts';
import { hasuraEvent } from '../harness/hasura-event.ts';
import { load } from '../harness/load.ts';
import { startOrigin } from '../harness/start-origin.ts';

const connections = 64;
const bodyBytes = 700;
const size = 7;
const evictEveryMs = 1_000;

/**
 * @returns `difference`: between the destination that got most requests and the one that got fewest; `evictions`;
 * `callsPerSecond`: of one object, a turn each; `turnsPerSecond`: requests through the edge, which gathers turns
 */
export async function benchRotation(quick: boolean): Promise<Record<string, number>> {
  const requests = quick ? 7_000 : 100_000;
  const origin = await startOrigin();
  const edge = await startEdgeUnderTest();
  try {
    const calls = await load({
      url: edge.turnsUrl,
      headers: {},
      body: '',
      connections,
      seconds: quick ? 3 : 10,
    });
    const jobs = Array.from({ length: size }, (_, index) => `${origin.url}/job-${index}`);
    const over = new AbortController();
    const evicting = evictUntil(over.signal, edge);
    const turns = await load({
      url: `${edge.edgeUrl}/?algorithm=round-robin&destinations=${jobs.map(encodeURIComponent).join(',')}`,
      headers: { 'content-type': 'application/json', 'x-throughline-key': edge.ingestKey },
      body: hasuraEvent(bodyBytes),
      connections,
      seconds: 0,
      requests,
    });
    over.abort();
    const evictions = await evicting;
    const answer = await fetch(`${origin.url}/counts`);
    const counts = Object.values(z.record(z.string(), z.number()).parse(await answer.json()));
    console.log(`rotation: ${requests} requests, ${evictions} evictions: ${counts.join(', ')}`);
    return {
      difference: Math.max(...counts) - Math.min(...counts),
      evictions,
      callsPerSecond: calls.requestsPerSecond,
      turnsPerSecond: turns.requestsPerSecond,
    };
  } finally {
    await edge.stop();
    await origin.stop();
  }
}

/** Evicts every rotation now and then; tells how often. */
async function evictUntil(over: AbortSignal, edge: EdgeUnderTest): Promise<number> {
  let evictions = 0;
  while (!over.aborted) {
    await sleep(evictEveryMs);
    evictions += await edge.evictRotations();
  }
  return evictions;
}
