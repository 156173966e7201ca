// GET /api/circuits, POST /api/circuits/{id}/close and /enable.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Who } from '../config/admin-store.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { ApiProblem, notFound, refuseInvalid } from './problem.ts';
import type { CircuitList, CircuitView } from './views.ts';

const idParam = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits') });

export function circuitRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const list: CircuitList = await deps.circuits.list();
      return context.json(list, 200);
    })
    .post('/:id/close', zValidator('param', idParam, refuseInvalid), async (context) => {
      const { id } = context.req.valid('param');
      return context.json(await reset(id, 'open', context.var.who, deps), 200);
    })
    .post('/:id/enable', zValidator('param', idParam, refuseInvalid), async (context) => {
      const { id } = context.req.valid('param');
      return context.json(await reset(id, 'disabled', context.var.who, deps), 200);
    });
}

/** @throws ApiProblem 404, or 409 where it is in another state */
async function reset(
  id: string,
  from: 'open' | 'disabled',
  { name, onBehalfOf }: Who,
  deps: ApiDeps,
): Promise<CircuitView> {
  const outcome = await deps.circuits.reset(id, from);
  if (outcome.done) {
    const { destination } = outcome.circuit;
    const did = from === 'open' ? 'A circuit was closed' : 'A destination was enabled';
    deps.report(`${did} by hand.`, { id, destination, by: name, onBehalfOf });
    return outcome.circuit;
  }
  const { state } = outcome;
  if (state === null) throw notFound(`Circuit ${id}`);
  throw new ApiProblem(from === 'open' ? 'circuit_not_open' : 'destination_not_disabled', {
    title: from === 'open' ? 'Nothing to close' : 'Nothing to enable',
    status: 409,
    detail:
      from === 'open' && state === 'disabled'
        ? 'The destination is disabled: enable it.'
        : `The circuit is ${state.replace('_', ' ')}.`,
  });
}
