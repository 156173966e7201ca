// GET /api/circuits, POST /api/circuits/{id}/close and /enable.
import { Hono } from 'hono';
import { z } from 'zod';
import type { Who } from '../config/admin-store.ts';
import { messageOf } from '../error-message.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { endpoint } from './endpoint.ts';
import { ApiProblem, notFound, unreachable } from './problem.ts';
import {
  type CircuitList,
  circuitListSchema,
  type CircuitView,
  circuitViewSchema,
} from './views.ts';

const idParam = z.object({
  id: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits')
    .meta({
      description: 'A circuit’s id, as the list has it.',
      example: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    }),
});

export function circuitRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List the circuits of destinations that have failed lately',
        tag: 'Circuits',
        answers: { 200: { description: 'All that could be reached.', schema: circuitListSchema } },
        problems: [],
      }),
      async (context) => {
        const list: CircuitList = await deps.circuits.list();
        return context.json(list, 200);
      },
    )
    .post(
      '/:id/close',
      endpoint({
        summary: 'Close an open circuit',
        description: 'Events go to the destination again at once.',
        tag: 'Circuits',
        param: idParam,
        answers: { 200: { description: 'The circuit as it is now.', schema: circuitViewSchema } },
        problems: ['not_found', 'circuit_not_open', 'circuits_unreachable'],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        return context.json(await reset(id, 'open', context.var.who, deps), 200);
      },
    )
    .post(
      '/:id/enable',
      endpoint({
        summary: 'Enable a destination that was disabled',
        tag: 'Circuits',
        param: idParam,
        answers: { 200: { description: 'The circuit as it is now.', schema: circuitViewSchema } },
        problems: ['not_found', 'destination_not_disabled', 'circuits_unreachable'],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        return context.json(await reset(id, 'disabled', context.var.who, deps), 200);
      },
    );
}

/** @throws ApiProblem 404, or 409 where it is in another state */
async function reset(
  id: string,
  from: 'open' | 'disabled',
  { name, onBehalfOf }: Who,
  deps: ApiDeps,
): Promise<CircuitView> {
  const outcome = await reach(deps, () => deps.circuits.reset(id, from));
  if (outcome.done) {
    const { destination } = outcome.circuit;
    const did = from === 'open' ? 'A circuit was closed' : 'A destination was enabled';
    deps.report(`${did} by hand.`, { id, destination, by: name, onBehalfOf });
    return outcome.circuit;
  }
  const { state } = outcome;
  if (state === null) throw notFound(`Circuit ${id}`);
  throw new ApiProblem(
    from === 'open' ? 'circuit_not_open' : 'destination_not_disabled',
    from === 'open' && state === 'disabled'
      ? 'The destination is disabled: enable it.'
      : `The circuit is ${state.replace('_', ' ')}.`,
  );
}

/** @throws ApiProblem 503 */
async function reach<T>(deps: ApiDeps, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    deps.report('An object with circuits is out of reach.', { error: messageOf(error) });
    const detail =
      'The object that keeps this circuit does not answer. Isolates go by what they know meanwhile. Try again.';
    throw unreachable('circuits_unreachable', detail);
  }
}
