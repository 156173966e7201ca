// /api/stops: which triggers are held back in which traces, by hand or by the consumer; to be released or discarded.
// Both can be asked for again: what was on its way to the database when a stop ended is let go the second time.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { type KeptStop, type StopEnd, type StopStore, stoppedSchema } from '../config/stops.ts';
import { messageOf } from '../error-message.ts';
import { countKept, discardKept, keptLetters } from '../store/stopped-letters.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { ApiProblem, notFound, refuseInvalid } from './problem.ts';
import { reading } from './reading.ts';
import { startReplay, writing } from './start-replay.ts';
import type { DiscardedStopView, ReleasedStopView, StopListView, StopView } from './stop-views.ts';

/** Letters of one release: of more than these the rest stays kept, and is released by asking again. */
const mostReleased = 10_000;

const idParam = z.object({ id: z.uuid().toLowerCase() });
const releaseQuery = z.object({
  /** Of the replay run. */
  ratePerSecond: z.coerce.number().min(0.1).max(100).default(10),
});

export function stopRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const stops = await reach(deps, (store) => store.list());
      const kept = await reading(deps, (client) => countKept(client, stops));
      const view: StopListView = {
        stops: stops
          .map((stop) => viewOf(stop, kept.get(stop.id) ?? 0))
          .filter((stop) => stop.state === 'holding' || stop.kept > 0),
      };
      return context.json(view, 200);
    })
    .post('/', zValidator('json', stoppedSchema, refuseInvalid), async (context) => {
      const { who } = context.var;
      const what = context.req.valid('json');
      const outcome = await reach(deps, (store) => store.stop(what, who, null));
      if (!outcome.stopped) {
        const detail = 'As many stops hold as every isolate can know of. Release or discard some.';
        throw new ApiProblem('stops_full', { title: 'Too many stops', status: 409, detail });
      }
      const { stop, isNew } = outcome;
      if (isNew) {
        const told = { stopId: stop.id, ...what, by: who.name, onBehalfOf: who.onBehalfOf };
        deps.report('A trigger was stopped in a trace by hand.', told);
      }
      const view = await withKept(await known(stop.id, deps), deps);
      return context.json(view, isNew ? 201 : 200);
    })
    .post(
      '/:id/release',
      zValidator('param', idParam, refuseInvalid),
      zValidator('query', releaseQuery, refuseInvalid),
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
    .post('/:id/discard', zValidator('param', idParam, refuseInvalid), async (context) => {
      const { id } = context.req.valid('param');
      const stop = await end(id, 'discarded', context.var.who, deps);
      const at = new Date(deps.now()).toISOString();
      const discarded = await writing(deps, (client) => discardKept(client, stop, at));
      const view: DiscardedStopView = { stop: viewOf(stop, 0), discarded };
      return context.json(view, 200);
    });
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
    throw new ApiProblem(
      'stops_unreachable',
      {
        title: 'Stops out of reach',
        status: 503,
        detail:
          'The object that keeps the stops does not answer. What is stopped stays stopped. Try again.',
      },
      { 'retry-after': '5' },
    );
  }
}
