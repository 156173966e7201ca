// What the edge would refuse of a stored configuration: unknown algorithms, lists that an algorithm does not take,
// destinations that may not be called. Pure; its shape has been checked before.
import type { Config } from '../config/config.ts';
import type { Configuration, StoredRoute } from '../config/configuration.ts';
import { edgeConfig } from '../config/edge-config.ts';
import type { ConfigurationIssue } from '../config/configuration-issue.ts';
import { algorithmNames, findAlgorithm } from './algorithms/index.ts';
import { checkDestination } from './guard.ts';
import { describeProblem, type EdgeProblem } from './problem.ts';

/** Everything that is wrong, by path: `routes.orders.destinations.2`. */
export function checkConfiguration(
  configuration: Configuration,
  variables: Config,
): ConfigurationIssue[] {
  const config = edgeConfig(variables, { version: 0, publishedAt: null, configuration });
  const routes = Object.entries(configuration.routes).flatMap(([name, route]) => {
    const path = `routes.${name}`;
    const rollout = route.rollout ? checkLists(`${path}.rollout`, route.rollout, config) : [];
    return [...checkLists(path, route, config), ...rollout];
  });
  const notifications = configuration.notifications.flatMap(({ url }, index) => {
    // Whom we tell is the admins' own choice, not a sender's: only what is never called is refused.
    const problem = checkDestination(new URL(url), config);
    return problem?.reason === 'destination_forbidden'
      ? [issue(`notifications.${index}.url`, problem)]
      : [];
  });
  return [...routes, ...notifications];
}

function checkLists(
  path: string,
  lists: Pick<StoredRoute, 'algorithm' | 'destinations' | 'fallback'>,
  config: Config,
): ConfigurationIssue[] {
  const seen = new Set<string>();
  const urls = (['destinations', 'fallback'] as const).flatMap((name) =>
    lists[name].map((href, index) => ({ at: `${path}.${name}.${index}`, url: new URL(href) })),
  );
  const issues = urls.flatMap(({ at, url }) => {
    const isDuplicate = seen.has(url.href);
    seen.add(url.href);
    const problem: EdgeProblem | null = isDuplicate
      ? { reason: 'destination_duplicate', destination: url.origin + url.pathname }
      : checkDestination(url, config);
    return problem ? [issue(at, problem)] : [];
  });
  const algorithm = findAlgorithm(lists.algorithm);
  if (!algorithm) {
    const problem = { algorithm: lists.algorithm, known: algorithmNames };
    return [issue(`${path}.algorithm`, { reason: 'algorithm_unknown', ...problem }), ...issues];
  }
  const [first, ...others] = lists.destinations.map((href) => new URL(href));
  if (!first) return issues;
  const fallback = lists.fallback.map((href) => new URL(href));
  const problem = algorithm.check({ destinations: [first, ...others], fallback });
  return problem ? [issue(`${path}.destinations`, problem), ...issues] : issues;
}

function issue(path: string, problem: EdgeProblem): ConfigurationIssue {
  return { path, message: describeProblem(problem).detail };
}
