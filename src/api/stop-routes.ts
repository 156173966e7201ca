// /api/stops: which triggers are held back in which traces, by hand or by the consumer; to be released or discarded.
// Both can be asked for again: what was on its way to the database when a stop ended is let go the second time.
import { Hono } from 'hono';
import { z } from 'zod';
import { type KeptStop, type StopEnd, type StopStore, stoppedSchema } from '../config/stops.ts';
import { messageOf } from '../error-message.ts';
import { countKept, discardKept, keptLetters } from '../store/stopped-letters.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { endpoint } from './endpoint.ts';
import { numberParam } from './number-param.ts';
import { ApiProblem, notFound, unreachable } from './problem.ts';
import { reading } from './reading.ts';
import { startReplay, writing } from './start-replay.ts';
import {
  discardedStopSchema,
  type DiscardedStopView,
  releasedStopSchema,
  type ReleasedStopView,
  stopListSchema,
  type StopListView,
  type StopView,
  stopViewSchema,
} from './stop-views.ts';

/** Letters of one release: of more than these the rest stays kept, and is released by asking again. */
const mostReleased = 10_000;

const idParam = z.object({
  id: z
    .uuid()
    .toLowerCase()
    .meta({ description: 'A stop’s id.', example: '0199b0c2-6f00-7c3e-9a51-3f0c7d2b8e44' }),
});
const releaseQuery = z.object({
  ratePerSecond: numberParam(z.number().min(0.1).max(100))
    .default(10)
    .meta({ description: 'Of the replay run.' }),
});

export function stopRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List stops, newest first',
        description: 'Those that hold, and those that have ended and still keep something.',
        tag: 'Stops',
        answers: { 200: { description: 'All of them.', schema: stopListSchema } },
        problems: ['stops_unreachable', 'database_unreachable'],
      }),
      async (context) => {
        const stops = await reach(deps, (store) => store.list());
        const kept = await reading(deps, (client) => countKept(client, stops));
        const view: StopListView = {
          stops: stops
            .map((stop) => viewOf(stop, kept.get(stop.id) ?? 0))
            .filter((stop) => stop.state === 'holding' || stop.kept > 0),
        };
        return context.json(view, 200);
      },
    )
    .post(
      '/',
      endpoint({
        summary: 'Stop a trigger in a trace',
        description: 'Its events in this trace are kept as dead letters from now on.',
        tag: 'Stops',
        json: stoppedSchema,
        example: {
          source: 'shop',
          trigger: 'order_paid',
          traceId: '0199b0c2-6f00-7c3e-9a51-3f0c7d2b8e44',
        },
        answers: {
          201: { description: 'It is stopped.', schema: stopViewSchema },
          200: { description: 'It was stopped already.', schema: stopViewSchema },
        },
        problems: ['not_found', 'stops_full', 'stops_unreachable', 'database_unreachable'],
      }),
      async (context) => {
        const { who } = context.var;
        const what = context.req.valid('json');
        const outcome = await reach(deps, (store) => store.stop(what, who, null));
        if (!outcome.stopped) {
          const detail =
            'As many stops hold as every isolate can know of. Release or discard some.';
          throw new ApiProblem('stops_full', detail);
        }
        const { stop, isNew } = outcome;
        if (isNew) {
          const told = { stopId: stop.id, ...what, by: who.name, onBehalfOf: who.onBehalfOf };
          deps.report('A trigger was stopped in a trace by hand.', told);
        }
        const view = await withKept(await known(stop.id, deps), deps);
        return context.json(view, isNew ? 201 : 200);
      },
    )
    .post(
      '/:id/release',
      endpoint({
        summary: 'Release a stop and replay what it has kept',
        description: 'What was on its way when it ended is replayed by asking again.',
        tag: 'Stops',
        param: idParam,
        query: releaseQuery,
        answers: { 200: { description: 'It holds no more.', schema: releasedStopSchema } },
        problems: ['not_found', 'stops_unreachable', 'driver_unreachable', 'database_unreachable'],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        const { ratePerSecond } = context.req.valid('query');
        // Taken off first: what is replayed while it holds would be kept again.
        const stop = await end(id, 'released', context.var.who, deps);
        const replayRunId = await startReplay(
          deps,
          context.var.who,
          { ratePerSecond, canary: 0 },
          async (client) => {
            const deliveryIds = await keptLetters(client, stop, mostReleased);
            return deliveryIds.length === 0 ? null : { deliveryIds };
          },
          (_client, runId) => Promise.resolve(runId),
        );
        const view: ReleasedStopView = { stop: await withKept(stop, deps), replayRunId };
        return context.json(view, 200);
      },
    )
    .post(
      '/:id/discard',
      endpoint({
        summary: 'End a stop and discard what it has kept',
        tag: 'Stops',
        param: idParam,
        answers: { 200: { description: 'It holds no more.', schema: discardedStopSchema } },
        problems: ['not_found', 'stops_unreachable', 'database_unreachable'],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        const stop = await end(id, 'discarded', context.var.who, deps);
        const { name, onBehalfOf } = context.var.who;
        const at = new Date(deps.now()).toISOString();
        const note = `With the stop of ${stop.trigger} in this cascade.`;
        const act = { id: stop.id, at, who: name, onBehalfOf, note };
        const discarded = await writing(deps, (client) => discardKept(client, stop, act));
        const view: DiscardedStopView = { stop: viewOf(stop, 0), discarded };
        return context.json(view, 200);
      },
    );
}

async function end(
  id: string,
  how: StopEnd,
  who: ApiEnv['Variables']['who'],
  deps: ApiDeps,
): Promise<KeptStop> {
  const stop = await reach(deps, (store) => store.end(id, how, who));
  if (!stop) throw notFound(`Stop ${id}`);
  deps.report(`A stop was ${how}.`, { stopId: id, by: who.name, onBehalfOf: who.onBehalfOf });
  return stop;
}

async function known(id: string, deps: ApiDeps): Promise<KeptStop> {
  const stop = (await reach(deps, (store) => store.list())).find((one) => one.id === id);
  if (!stop) throw notFound(`Stop ${id}`);
  return stop;
}

async function withKept(stop: KeptStop, deps: ApiDeps): Promise<StopView> {
  const kept = await reading(deps, (client) => countKept(client, [stop]));
  return viewOf(stop, kept.get(stop.id) ?? 0);
}

function viewOf(stop: KeptStop, kept: number): StopView {
  return { ...stop, kept };
}

/** @throws ApiProblem 503 */
async function reach<T>(deps: ApiDeps, ask: (store: StopStore) => Promise<T>): Promise<T> {
  try {
    return await ask(deps.admin.stops);
  } catch (error) {
    deps.report('The keeper of stops is out of reach.', { error: messageOf(error) });
    throw unreachable(
      'stops_unreachable',
      'The object that keeps the stops does not answer. What is stopped stays stopped. Try again.',
    );
  }
}
