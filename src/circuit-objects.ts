// The objects that keep circuits, and the keeper of stops, as the API asks them. It decides nothing: who is out of reach
// is reported, and told as such.
import type { ApiCircuits } from './api/deps.ts';
import { circuitId, circuitKey, shardOf, shards } from './circuits/destination-key.ts';
import type { KeptStop } from './config/stops.ts';
import type { PlannedCircuit } from './deliveries/dry-run-report.ts';
import { messageOf } from './error-message.ts';
import { stopStoreOf } from './keepers.ts';
import { report } from './report.ts';

const closed: PlannedCircuit = { state: 'closed', reason: null, nextProbeAt: null };

/** Those that hold, as their keeper knows them; null when it is out of reach. */
export async function holdingStops(env: Env): Promise<KeptStop[] | null> {
  try {
    const stops = await stopStoreOf(env).list();
    return stops.filter(({ state }) => state === 'holding');
  } catch (error) {
    report('The keeper of stops is out of reach.', { error: messageOf(error) });
    return null;
  }
}

/** How circuits stand, by their destination's URL; null for one whose object is out of reach. */
export async function circuitsAt(
  env: Env,
  destinations: readonly string[],
): Promise<Map<string, PlannedCircuit | null>> {
  const ids = await Promise.all(
    destinations.map(async (href) => [href, await circuitId(circuitKey(new URL(href)))] as const),
  );
  const wanted = [...new Set(ids.map(([, id]) => shardOf(id)))];
  const lists = new Map(
    await Promise.all(
      wanted.map(async (shard) => {
        try {
          return [shard, await env.CIRCUITS.getByName(shard).list()] as const;
        } catch (error) {
          report('An object with circuits is out of reach.', { error: messageOf(error) });
          return [shard, null] as const;
        }
      }),
    ),
  );
  return new Map(
    ids.map(([href, id]) => {
      const list = lists.get(shardOf(id));
      if (!list) return [href, null];
      const { state, reason, nextProbeAt } = list.find((circuit) => circuit.id === id) ?? closed;
      return [href, { state, reason, nextProbeAt }];
    }),
  );
}

export function apiCircuitsOf(env: Env): ApiCircuits {
  return {
    async list() {
      const lists = await Promise.allSettled(
        shards.map(async (shard) => env.CIRCUITS.getByName(shard).list()),
      );
      const out = lists.filter((list) => list.status === 'rejected');
      for (const { reason } of out) {
        report('An object with circuits is out of reach.', { error: messageOf(reason) });
      }
      return {
        circuits: lists.flatMap((list) => (list.status === 'fulfilled' ? list.value : [])),
        objectsOutOfReach: out.length,
      };
    },
    reset: async (id, from) => env.CIRCUITS.getByName(shardOf(id)).reset(id, from),
  };
}
