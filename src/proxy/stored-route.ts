// Decides which ways a stored route's events can take, as the stored configuration says and the allowlist allows. It
// calls nothing, and does its work once for each version of the configuration.
import type { StoredRoute } from '../config/configuration.ts';
import type { EdgeConfig } from '../config/edge-config.ts';
import { algorithmNames, findAlgorithm } from './algorithms/index.ts';
import { checkKnownDestination } from './guard.ts';
import type { EdgeDeps } from './inbound.ts';
import { jobOf } from './known-destination.ts';
import type { Destinations, Parsed } from './parse-request-target.ts';
import { describeProblem } from './problem.ts';
import type { Route, Way } from './route.ts';

type Deps = Pick<EdgeDeps, 'report'>;

const planned = new WeakMap<EdgeConfig, Map<string, Parsed<Route>>>();

/** Plans the route that `/r/{name}` names. A rollout that cannot be used is reported, and nobody takes it. */
export function planStoredRoute(name: string, config: EdgeConfig, deps: Deps): Parsed<Route> {
  let routes = planned.get(config);
  if (!routes) {
    routes = new Map();
    planned.set(config, routes);
  }
  const known = routes.get(name);
  if (known) return known;
  const stored = config.routes.get(name);
  // What is not stored is not remembered: anybody with a key can ask for it.
  if (!stored) {
    return config.version === null
      ? { ok: false, problem: { reason: 'configuration_unreadable' } }
      : { ok: false, problem: { reason: 'route_unknown', route: name.slice(0, 64) } };
  }
  const route = plan(name, stored, config, deps);
  routes.set(name, route);
  return route;
}

function plan(name: string, stored: StoredRoute, config: EdgeConfig, deps: Deps): Parsed<Route> {
  const own = planWay(stored, config);
  if (!own.ok) return own;
  const { job, takeOver, signature, attemptTimeoutSeconds, rotationPersistenceSeconds } = stored;
  return {
    ok: true,
    value: {
      ...own.value,
      name,
      rollout: planRollout(name, stored, config, deps),
      job: job ?? jobOf(own.value.lists.destinations[0], config),
      takeOver,
      signature,
      attemptTimeoutMs: attemptTimeoutSeconds && attemptTimeoutSeconds * 1_000,
      rotationPersistenceMs:
        rotationPersistenceSeconds === null
          ? config.rotationPersistenceMs
          : rotationPersistenceSeconds * 1_000,
    },
  };
}

function planRollout(
  name: string,
  { rollout }: StoredRoute,
  config: EdgeConfig,
  deps: Deps,
): Route['rollout'] {
  if (rollout === null || rollout.percent === 0) return null;
  const way = planWay(rollout, config);
  if (way.ok) return { ...way.value, percent: rollout.percent };
  deps.report('A rollout cannot be used; all events take the route’s own way.', {
    route: name,
    why: describeProblem(way.problem).detail,
  });
  return null;
}

function planWay(
  stored: Pick<StoredRoute, 'algorithm' | 'destinations' | 'fallback'>,
  config: EdgeConfig,
): Parsed<Way> {
  const algorithm = findAlgorithm(stored.algorithm);
  if (!algorithm) {
    const { algorithm: name } = stored;
    return fail({ reason: 'algorithm_unknown', algorithm: name, known: algorithmNames });
  }
  const [first, ...others] = stored.destinations.map((href) => new URL(href));
  if (!first) return fail({ reason: 'destinations_missing' });
  const destinations: Destinations = [first, ...others];
  const fallback = stored.fallback.map((href) => new URL(href));
  for (const url of [...destinations, ...fallback]) {
    const problem = checkKnownDestination(url, config);
    if (problem) return fail(problem);
  }
  const lists = { destinations, fallback };
  const problem = algorithm.check(lists);
  return problem ? fail(problem) : { ok: true, value: { algorithm, lists } };
}

function fail(problem: Extract<Parsed<never>, { ok: false }>['problem']): Parsed<never> {
  return { ok: false, problem };
}
