// /api/replays: many dead letters replayed as one run, which can be watched, paused, continued and cancelled.
import { Hono } from 'hono';
import { z } from 'zod';
import { obey } from '../deliveries/replay-run.ts';
import type { StoreClient } from '../store/client.ts';
import { anyLetter } from '../store/letter-filter.ts';
import {
  countLetters,
  findRun,
  listActions,
  listRuns,
  lockRun,
  readCanaries,
  readProgress,
  setRunState,
  type StoredRun,
} from '../store/replay-runs.ts';
import { writeCursor } from './cursor.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import {
  isOneOfBoth,
  oneOfBoth,
  oneOfBothRequired,
  selectionOf,
  selectionShape,
} from './letter-selection.ts';
import { pageQuery } from './page-query.ts';
import { endpoint } from './endpoint.ts';
import { ApiProblem, notFound } from './problem.ts';
import { reading } from './reading.ts';
import { startReplay, wakeRun, writing } from './start-replay.ts';
import {
  type LetterCountView,
  letterCountViewSchema,
  type ReplayRunPage,
  replayRunPageSchema,
  type ReplayRunSummary,
  type ReplayRunView,
  replayRunViewSchema,
} from './replay-views.ts';

const countSchema = z
  .strictObject(selectionShape)
  .refine(isOneOfBoth, oneOfBoth)
  .meta(oneOfBothRequired);
const runSchema = z
  .strictObject({
    ...selectionShape,
    ratePerSecond: z.number().min(0.1).max(100),
    /** So many go first; the run pauses until somebody has looked at them, and stops when one fails. */
    canary: z.number().int().min(1).max(100).optional(),
  })
  .refine(isOneOfBoth, oneOfBoth)
  .meta(oneOfBothRequired);
const runId = z
  .uuid()
  .toLowerCase()
  .meta({ description: 'A run’s id.', example: '0199b0c2-6f00-7c3e-9a51-3f0c7d2b8e44' });
const runParam = z.object({ id: runId });
const commandParam = z.object({
  id: runId,
  command: z.enum(['pause', 'continue', 'cancel']).meta({ example: 'pause' }),
});

export function replayRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List replay runs, newest first',
        tag: 'Replay runs',
        query: pageQuery(runId),
        answers: { 200: { description: 'A page of them.', schema: replayRunPageSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const { limit, cursor } = context.req.valid('query');
        const after = cursor ? { createdAt: cursor.at, id: cursor.id } : null;
        const found = await reading(deps, (client) =>
          listRuns(client, { limit: limit + 1, after }),
        );
        const runs = found.slice(0, limit);
        const last = found.length > limit ? runs.at(-1) : undefined;
        const page: ReplayRunPage = {
          runs: runs.map(summary),
          nextCursor: last ? writeCursor({ at: last.createdAt, id: last.id }) : null,
        };
        return context.json(page, 200);
      },
    )
    .post(
      '/count',
      endpoint({
        summary: 'Count the dead letters that a selection finds',
        tag: 'Replay runs',
        json: countSchema,
        example: { filter: { jobs: ['send-invoice'], reasons: ['attempts_used_up'] } },
        answers: { 200: { description: 'How many there are now.', schema: letterCountViewSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const selection = await selectionOf(context, context.req.valid('json'), deps);
        const found = await reading(deps, (client) => countLetters(client, selection));
        const view: LetterCountView = { found };
        return context.json(view, 200);
      },
    )
    .post(
      '/',
      endpoint({
        summary: 'Start a replay run',
        tag: 'Replay runs',
        json: runSchema,
        example: { filter: { jobs: ['send-invoice'] }, ratePerSecond: 5, canary: 3 },
        answers: {
          201: {
            description: 'The run, which has begun.',
            schema: replayRunViewSchema,
            headers: { location: 'The run’s path.' },
          },
        },
        problems: ['driver_unreachable', 'database_unreachable'],
      }),
      async (context) => {
        const asked = context.req.valid('json');
        const { ratePerSecond, canary = 0 } = asked;
        const selection = await selectionOf(context, asked, deps);
        const view = await startReplay(
          deps,
          context.get('who'),
          { ratePerSecond, canary },
          () => Promise.resolve(selection),
          readView,
        );
        if (!view) throw new Error('A run without a selection.');
        return context.json(view, 201, { location: `/api/replays/${view.id}` });
      },
    )
    .get(
      '/:id',
      endpoint({
        summary: 'Read a replay run and its progress',
        tag: 'Replay runs',
        param: runParam,
        answers: { 200: { description: 'The run.', schema: replayRunViewSchema } },
        problems: ['not_found', 'database_unreachable'],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        return context.json(await reading(deps, (client) => readView(client, id)), 200);
      },
    )
    .post(
      '/:id/:command',
      endpoint({
        summary: 'Pause, continue or cancel a replay run',
        tag: 'Replay runs',
        param: commandParam,
        answers: { 200: { description: 'The run as it is now.', schema: replayRunViewSchema } },
        problems: ['not_found', 'not_possible', 'driver_unreachable', 'database_unreachable'],
      }),
      async (context) => {
        const { id, command } = context.req.valid('param');
        if (command === 'continue') await wakeRun(deps, id);
        const view = await writing(deps, async (client) => {
          const run = await lockRun(client, id);
          if (!run) throw notFound(`Replay run ${id}`);
          const { delivered, failed, open } = await readCanaries(client, id);
          const next = obey(run, command, delivered + failed + open);
          if (!next) {
            const after = hasEnded(run.state) ? ' A new run takes what is left.' : '';
            const detail = `This run is ${run.state}: there is nothing to ${command}.${after}`;
            throw new ApiProblem('not_possible', detail);
          }
          const action = by(context.get('who'), new Date(deps.now()).toISOString());
          await setRunState(
            client,
            id,
            { ...next, because: null },
            { ...action, action: command, because: null },
          );
          return readView(client, id);
        });
        return context.json(view, 200);
      },
    );
}

function hasEnded(state: ReplayRunSummary['state']): boolean {
  return state === 'stopped' || state === 'cancelled' || state === 'completed';
}

function by(who: ApiEnv['Variables']['who'], at: string) {
  return { at, who: who.name, onBehalfOf: who.onBehalfOf };
}

async function readView(client: StoreClient, id: string): Promise<ReplayRunView> {
  const run = await findRun(client, id);
  if (!run) throw notFound(`Replay run ${id}`);
  return {
    ...summary(run),
    progress: await readProgress(client, id),
    canaries: run.canary === 0 ? null : await readCanaries(client, id),
    actions: await listActions(client, id),
  };
}

function summary(run: StoredRun): ReplayRunSummary {
  const { id, createdAt, ratePerSecond, canary, canaryPassed, state, because, selection } = run;
  return {
    id,
    createdAt,
    state,
    because,
    ratePerSecond,
    canary,
    canaryPassed,
    // Runs from before a filter had all of these say nothing of some.
    filter: selection.filter ? { ...anyLetter, ...selection.filter } : null,
    deliveryIds: selection.deliveryIds?.length ?? null,
  };
}
