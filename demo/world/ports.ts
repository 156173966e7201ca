// Chooses a port for each part: the last one, else the usual one, else a free one.
import { createServer } from 'node:net';
import { freePort } from '../postgres/free-port.ts';
import type { PartName, State } from './state.ts';

const usual: Record<PartName, number> = {
  postgres: 5_432,
  'log-server': 3_100,
  jobs: 8_888,
  edge: 8_787,
  dashboard: 8_788,
};

/**
 * @param random true to take any free port and leave the usual ones alone (tests)
 * @returns the port, and the one it replaces where that was taken
 */
export async function choosePort(
  part: PartName,
  state: State,
  random: boolean,
): Promise<{ port: number; instead: number | null }> {
  if (random) return { port: await freePort(), instead: null };
  const wanted = state.ports[part] ?? usual[part];
  if (await isFree(wanted)) return { port: wanted, instead: null };
  return { port: await freePort(), instead: wanted };
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    // All interfaces: somebody on 0.0.0.0 would otherwise be overlooked.
    probe.listen(port, () => probe.close(() => resolve(true)));
  });
}
