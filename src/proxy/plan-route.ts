// Decides which route an event takes: the stored one that its path names, or the one that its URL describes. Checked
// and allowed; it calls nothing.
import type { EdgeConfig } from '../config/edge-config.ts';
import { algorithmNames, findAlgorithm } from './algorithms/index.ts';
import { checkDestinations, checkDestinationScope, checkRouteScope, type Sender } from './guard.ts';
import type { EdgeDeps } from './inbound.ts';
import {
  type Parsed,
  parseRequestTarget,
  type RequestTarget,
  routingParameter,
} from './parse-request-target.ts';
import type { Route } from './route.ts';
import { planStoredRoute } from './stored-route.ts';

/**
 * Queries that this isolate has read. A sender calls the same URL again and again; what may be called is asked
 * every time, this only says what the words mean.
 */
const targets = new Map<string, RequestTarget>();
const maxTargets = 256;
/** Longer ones are read each time, so that what is remembered stays small. */
const longestRemembered = 2_048;

/**
 * Plans the route of one request.
 * @param name the stored route that its path names; null: the URL's parameters describe one
 */
export function planRoute(
  request: { url: string; name: string | null; sender: Sender },
  config: EdgeConfig,
  deps: Pick<EdgeDeps, 'report'>,
): Parsed<Route> {
  const { url, name, sender } = request;
  const query = rawQuery(url);
  if (name === null) return planUnnamedRoute(query, sender, config);
  const outside = checkRouteScope(sender, name);
  if (outside) return { ok: false, problem: outside };
  const parameter = routingParameter(query);
  if (parameter !== null) return { ok: false, problem: { reason: 'route_parameter', parameter } };
  return planStoredRoute(name, config, deps);
}

function planUnnamedRoute(query: string, sender: Sender, config: EdgeConfig): Parsed<Route> {
  const target = readTarget(query);
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
  const all = [...destinations, ...fallback];
  const allowed = checkDestinations(all, config);
  if (!allowed.ok) return allowed;
  const problem = checkDestinationScope(sender, all) ?? algorithm.check({ destinations, fallback });
  if (problem) return { ok: false, problem };
  return {
    ok: true,
    value: {
      name: null,
      algorithm,
      lists: { destinations, fallback },
      rollout: null,
      job: null,
      takeOver: 'surely_not_processed',
      attemptTimeoutMs: null,
      rotationPersistenceMs: config.rotationPersistenceMs,
      signature: null,
    },
  };
}

/** The query as the sender wrote it: `new URL` would rewrite some of it. */
function rawQuery(url: string): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start + 1);
}

function readTarget(query: string): Parsed<RequestTarget> {
  const known = targets.get(query);
  if (known) return { ok: true, value: known };
  const target = parseRequestTarget(query);
  if (target.ok && query.length <= longestRemembered) {
    // Full of queries that differ each time: begin again.
    if (targets.size >= maxTargets) targets.clear();
    targets.set(query, target.value);
  }
  return target;
}
