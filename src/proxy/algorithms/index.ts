// The algorithms. Adding one is adding its file and its line here.
import type { Algorithm } from './algorithm.ts';
import { broadcast } from './broadcast.ts';
import { passThrough } from './pass-through.ts';
import { roundRobin } from './round-robin.ts';

const algorithms: readonly Algorithm[] = [passThrough, broadcast, roundRobin];

export const algorithmNames: readonly string[] = algorithms.map(({ name }) => name);

/** Finds an algorithm by name: case, `_` and `-` do not matter. */
export function findAlgorithm(name: string): Algorithm | null {
  const wanted = bare(name);
  return algorithms.find((algorithm) => bare(algorithm.name) === wanted) ?? null;
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}
