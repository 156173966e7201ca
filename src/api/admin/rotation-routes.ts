// GET /api/admin/rotations/{rotation}: where a rotation stands and when it is forgotten. Looking takes no turn.
import { Hono } from 'hono';
import { z } from 'zod';
import { messageOf } from '../../error-message.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { unreachable } from '../problem.ts';
import type { AdminDeps, RotationFacts } from './deps.ts';
import { rotationListSchema, type RotationView } from './views.ts';

/** A stored route's name, or the target of an unnamed route's deliveries: `round-robin:` and 32 hex digits. */
const rotationParam = z.object({
  rotation: z
    .string()
    .regex(/^[a-z0-9][a-z0-9:_-]{0,99}$/, 'must be a route’s name or the target of its deliveries')
    .meta({ example: 'orders' }),
});

type Deps = AdminDeps & Pick<ApiDeps, 'report'>;

export function rotationRoutes(deps: Deps) {
  return new Hono<ApiEnv>().get(
    '/:rotation',
    endpoint({
      summary: 'Tell where a rotation stands and when it is forgotten',
      description: 'Looking takes no turn.',
      tag: 'Rotations',
      param: rotationParam,
      answers: {
        200: { description: 'One for each list of destinations.', schema: rotationListSchema },
      },
      problems: ['rotation_unreachable'],
    }),
    async (context) => {
      const { rotation } = context.req.valid('param');
      const rotations = await Promise.all(
        deps.rotationsOf(rotation).map(async (name): Promise<RotationView> => {
          const { next, usedAtMs, clearsAtMs } = await peek(name, deps);
          return {
            rotation: name,
            nextTurn: next,
            lastUsedAt: timeOf(usedAtMs),
            clearsAt: timeOf(clearsAtMs),
          };
        }),
      );
      return context.json({ rotations }, 200);
    },
  );
}

/** @throws ApiProblem 503 */
async function peek(name: string, deps: Deps): Promise<RotationFacts> {
  try {
    return await deps.peekRotation(name);
  } catch (error) {
    deps.report('A rotation is out of reach.', { rotation: name, error: messageOf(error) });
    const detail =
      'The object that keeps this rotation does not answer. Events are sent by their ids meanwhile. Try again.';
    throw unreachable('rotation_unreachable', detail);
  }
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
