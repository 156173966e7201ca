// GET /api/jobs/{source}/{job}/waiting: how many of its deliveries the edge will attempt again. POST …/cancel: no attempt
// of theirs follows.
import { Hono } from 'hono';
import { z } from 'zod';
import { messageOf } from '../error-message.ts';
import { listWaiting } from '../store/waiting.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { jobParam } from './job-param.ts';
import { numberParam } from './number-param.ts';
import { reading } from './reading.ts';
import {
  waitingCancelledViewSchema,
  type WaitingView,
  waitingViewSchema,
} from './waiting-views.ts';

/** So many are cancelled by one request: each asks an object, and one request may ask some thousands of times. */
const mostAtOnce = 1_000;
const dayMs = 86_400_000;

const waitingQuery = z.object({
  days: numberParam(z.number().int().min(1).max(14))
    .default(2)
    .meta({ description: 'How far back: no queue keeps a delivery for more than 14 days.' }),
});

type Asked = { source: string; job: string; days: number };

export function waitingRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/:source/:job/waiting',
      endpoint({
        summary: 'Count a job’s deliveries that the edge will attempt again',
        description:
          'Those that somebody has cancelled count until their next attempt would have been due.',
        tag: 'Deliveries',
        param: jobParam,
        query: waitingQuery,
        answers: { 200: { description: 'How many wait.', schema: waitingViewSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const asked = { ...context.req.valid('param'), ...context.req.valid('query') };
        const { ids, isAll } = await waitingOf(asked, deps);
        const view: WaitingView = { found: ids.length, isAll };
        return context.json(view, 200);
      },
    )
    .post(
      '/:source/:job/waiting/cancel',
      endpoint({
        summary: 'Cancel what the edge would attempt again of a job',
        description:
          `The newest ${mostAtOnce} at once. Each becomes a dead letter when its next attempt would have been due, and can be replayed then. ` +
          'An attempt that is under way goes on.',
        tag: 'Deliveries',
        param: jobParam,
        query: waitingQuery,
        answers: {
          202: { description: 'They are cancelled.', schema: waitingCancelledViewSchema },
        },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const asked = { ...context.req.valid('param'), ...context.req.valid('query') };
        const { ids, isAll } = await waitingOf(asked, deps);
        return context.json({ ...(await cancelAll(ids, deps)), isAll }, 202);
      },
    );
}

async function waitingOf(
  { source, job, days }: Asked,
  deps: ApiDeps,
): Promise<{ ids: string[]; isAll: boolean }> {
  const fromMs = deps.now() - days * dayMs;
  const found = await reading(deps, (client) =>
    listWaiting(client, { source, job, fromMs, limit: mostAtOnce + 1 }),
  );
  return { ids: found.slice(0, mostAtOnce), isAll: found.length <= mostAtOnce };
}

/** One after the other in each of sixteen lines, by the object that keeps it; one that fails stops no other. */
async function cancelAll(
  ids: readonly string[],
  deps: ApiDeps,
): Promise<{ cancelled: number; failed: number }> {
  const lines = Map.groupBy(ids, (id) => id.slice(0, 1));
  let cancelled = 0;
  let failed = 0;
  await Promise.all(
    [...lines.values()].map(async (line) => {
      for (const id of line) {
        try {
          await deps.cancellations.cancel(id);
          cancelled += 1;
        } catch (error) {
          failed += 1;
          deps.report('A delivery could not be cancelled.', { id, error: messageOf(error) });
        }
      }
    }),
  );
  return { cancelled, failed };
}
