// GET /api/admin/rotations/{rotation}: where a rotation stands and when it is forgotten; looking takes no turn. POST
// …/reset: it begins at its first turn again.
import { Hono } from 'hono';
import { z } from 'zod';
import { messageOf } from '../../error-message.ts';
import type { ApiDeps } from '../deps.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { unreachable } from '../problem.ts';
import type { AdminDeps } from './deps.ts';
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
  return new Hono<ApiEnv>()
    .get(
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
        return context.json({ rotations: await peekAll(rotation, deps) }, 200);
      },
    )
    .post(
      '/:rotation/reset',
      endpoint({
        summary: 'Make a rotation begin at its first turn again',
        description:
          'A route’s name resets both its rotations, that of its rollout too. Deliveries that have their turn keep it.',
        tag: 'Rotations',
        param: rotationParam,
        answers: { 200: { description: 'Where they stand now.', schema: rotationListSchema } },
        problems: ['rotation_unreachable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { rotation } = context.req.valid('param');
        for (const name of deps.rotationsOf(rotation)) {
          await reach(name, deps, () => deps.resetRotation(name));
        }
        return context.json({ rotations: await peekAll(rotation, deps) }, 200);
      },
    );
}

function peekAll(rotation: string, deps: Deps): Promise<RotationView[]> {
  return Promise.all(
    deps.rotationsOf(rotation).map(async (name): Promise<RotationView> => {
      const { next, usedAtMs, clearsAtMs } = await reach(name, deps, () => deps.peekRotation(name));
      return {
        rotation: name,
        nextTurn: next,
        lastUsedAt: timeOf(usedAtMs),
        clearsAt: timeOf(clearsAtMs),
      };
    }),
  );
}

/** @throws ApiProblem 503 */
async function reach<T>(name: string, deps: Deps, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
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
