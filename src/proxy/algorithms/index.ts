// The algorithms by name. Adding one is adding its file and its line here.
import type { Algorithm } from './algorithm.ts';
import { passThrough } from './pass-through.ts';

export const algorithms: ReadonlyMap<string, Algorithm> = new Map(
  [passThrough].map((algorithm) => [algorithm.name, algorithm]),
);
