// Decides which algorithm works on which destinations: the edge URL, checked and allowed. Calls nothing.
import type { Config } from '../config/config.ts';
import type { Algorithm, Lists } from './algorithms/algorithm.ts';
import { algorithmNames, findAlgorithm } from './algorithms/index.ts';
import { checkDestinations } from './guard.ts';
import { type Parsed, parseRequestTarget } from './parse-request-target.ts';

export type Route = { algorithm: Algorithm; lists: Lists };

/** Plans the unnamed route that a URL describes. */
export function planRoute(url: string, config: Config): Parsed<Route> {
  const target = parseRequestTarget(rawQuery(url));
  if (!target.ok) return target;
  const algorithm = findAlgorithm(target.value.algorithm);
  if (!algorithm) {
    return {
      ok: false,
      problem: {
        reason: 'algorithm_unknown',
        algorithm: target.value.algorithm.slice(0, 64),
        known: algorithmNames,
      },
    };
  }
  const { destinations, fallback } = target.value;
  const allowed = checkDestinations([...destinations, ...fallback], config);
  if (!allowed.ok) return allowed;
  const problem = algorithm.check({ destinations, fallback });
  return problem
    ? { ok: false, problem }
    : { ok: true, value: { algorithm, lists: { destinations, fallback } } };
}

/** The query as the sender wrote it: `new URL` would rewrite some of it. */
function rawQuery(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}
