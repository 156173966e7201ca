// GET /api/admin/rotations/{rotation}: where a rotation stands and when it is forgotten. Looking takes no turn.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import type { ApiEnv } from '../env.ts';
import { refuseInvalid } from '../problem.ts';
import type { AdminDeps } from './deps.ts';
import type { RotationView } from './views.ts';

/** A stored route's name, or the target of an unnamed route's deliveries: `round-robin:` and 32 hex digits. */
const rotationParam = z.object({
  rotation: z
    .string()
    .regex(/^[a-z0-9][a-z0-9:_-]{0,99}$/, 'must be a route’s name or the target of its deliveries'),
});

export function rotationRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>().get(
    '/:rotation',
    zValidator('param', rotationParam, refuseInvalid),
    async (context) => {
      const { rotation } = context.req.valid('param');
      const rotations = await Promise.all(
        deps.rotationsOf(rotation).map(async (name): Promise<RotationView> => {
          const { next, usedAtMs, clearsAtMs } = await deps.peekRotation(name);
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

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
