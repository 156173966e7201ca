// Composition only: which part of Throughline answers what.
import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Outbox } from '../durable-objects/outbox.ts';
import { accessOf } from './api-access.ts';
import { createApi } from './api/create-api.ts';
import { withTokenFromProtocol } from './api/token-in-protocol.ts';
import { apiCircuitsOf, circuitsAt, holdingStops } from './circuit-objects.ts';
import { type Circuits as DestinationCircuits, circuitsFor } from './circuits/circuits.ts';
import { SharedCircuits } from './circuits/shared-circuits.ts';
import { type Config, configOf } from './config/config.ts';
import { snapshotKey } from './config/configuration.ts';
import {
  type EdgeConfig,
  edgeConfig,
  edgeConfigOf,
  type StoredVersion,
} from './config/edge-config.ts';
import { retryPolicyOf } from './config/retry-policy.ts';
import { SharedSnapshot } from './config/shared-snapshot.ts';
import { stopFor } from './config/stops.ts';
import { reconcile } from './coverage/reconcile.ts';
import { Alarms } from './deliveries/alarms.ts';
import type { Cancellations } from './deliveries/cancellations.ts';
import { consumeRetries, type ConsumeRetriesDeps } from './deliveries/consume-retries.ts';
import { createRetryQueue } from './deliveries/durable-retry-queue.ts';
import type { RetryQueue } from './deliveries/retry-queue.ts';
import type { SendParcelDeps } from './deliveries/send-parcel.ts';
import { type StepResult, stepReplay } from './deliveries/step-replay.ts';
import { standBy } from './deliveries/stand-by.ts';
import { stopHolds, type StopHoldsDeps } from './deliveries/stop-holds.ts';
import { checkConfiguration } from './proxy/check-configuration.ts';
import { rotationsOf } from './proxy/choose-way.ts';
import { deliverShare } from './proxy/deliver-share.ts';
import { dryRun } from './proxy/dry-run.ts';
import { checkKnownDestination } from './proxy/guard.ts';
import { timeoutOfPending, worksInBackground } from './proxy/known-destination.ts';
import { handleEvent } from './proxy/handle-event.ts';
import { messageOf } from './error-message.ts';
import { announceTo, endsAtHeader, liveFeedName } from './live/live-door.ts';
import { adminStoreOf, stopStoreOf } from './keepers.ts';
import { createLogs, type Logs, LogsState } from './logs/logs.ts';
import { placeCache } from './logs/place-cache.ts';
import { sourceOf } from './logs/source-of.ts';
import { rateOf } from './proxy/limits.ts';
import { problemResponse } from './proxy/problem.ts';
import type { EdgeDeps } from './proxy/inbound.ts';
import type { Share, ShareDeps, ShareResult } from './proxy/share.ts';
import { testSend } from './proxy/test-send.ts';
import { SharedTurns } from './proxy/shared-turns.ts';
import { consumeRecords } from './recorder/consume.ts';
import { createRecorder, type Recorder, RecorderState } from './recorder/recorder.ts';
import { stopLoops } from './recorder/stop-loops.ts';
import { report } from './report.ts';
import { type Connect, withClient } from './store/client.ts';
import { connectTo } from './store/connect.ts';
import { maintainAtCron } from './store/maintain.ts';
import type { HandedLetter } from './store/replay-runs.ts';

export { AdminConfig } from '../durable-objects/admin-config.ts';
export { Circuits } from '../durable-objects/circuits.ts';
export { LiveFeed } from '../durable-objects/live-feed.ts';
export { Outbox } from '../durable-objects/outbox.ts';
export { ReplayRun } from '../durable-objects/replay-run.ts';
export { RoundRobin } from '../durable-objects/round-robin.ts';

/** Shared by the requests of one isolate; plain data. */
const recorderState = new RecorderState();
const turns = new SharedTurns();
const circuits = new SharedCircuits();
const logsState = new LogsState();
/** By the environment that they are made of: one in an isolate. */
const commonDeps = new WeakMap<Env, CommonDeps>();
/** By the namespace that it is read from: one in an isolate. */
const snapshots = new WeakMap<KVNamespace, SharedSnapshot>();

export default {
  async fetch(request, env, context): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === '/api' || pathname.startsWith('/api/')) {
      return answerApi(request, env, context);
    }
    const isStored = pathname.startsWith('/r/');
    if (pathname !== '/' && !isStored)
      return problemResponse({ reason: 'path_unknown', path: pathname });
    const config = await edgeConfigFor(env, (work) => context.waitUntil(work));
    const name = isStored ? pathname.slice('/r/'.length) : null;
    return handleEvent(request, name, edgeDeps(env, context, config));
  },

  async queue(batch, env, context): Promise<void> {
    if (batch.queue.startsWith('throughline-retries')) {
      const reading: Promise<unknown>[] = [];
      const config = await edgeConfigFor(env, (work) => reading.push(work));
      await consumeRetries(batch, retriesDeps(env, config, context));
      await Promise.all(reading);
      return;
    }
    const reading: Promise<unknown>[] = [];
    const { loops, stops } = await edgeConfigFor(env, (work) => reading.push(work));
    const { stopAfter } = loops;
    const announce = announceTo(() => env.LIVE_FEED.getByName(liveFeedName), report);
    await consumeRecords(batch, {
      connect: storeOf(env),
      announce: (told) => context.waitUntil(announce(told)),
      now: () => Date.now(),
      report,
      loops: {
        limits: loops,
        stop: async (found) => {
          if (stopAfter === null) return;
          await stopLoops(found, { stops, store: stopStoreOf(env), stopAfter, report });
        },
      },
    });
    await Promise.all(reading);
  },

  /** Every few minutes, by the cron trigger in wrangler.toml. */
  async scheduled(_controller, env): Promise<void> {
    await maintainAtCron(storeOf(env), env.VERSION, report);
    const source = configOf(env).bootstrapKey?.source;
    // Which database's events they are is what an ingest key says; the binding may be left out.
    if (source === undefined || !('APPLICATION' in env)) return;
    await reconcile({
      source,
      application: (work) => withClient(env.APPLICATION.connectionString, work),
      observability: storeOf(env),
      now: () => Date.now(),
      report,
    });
  },
} satisfies ExportedHandler<Env>;

/** A share of a wide broadcast, in an invocation of its own. Called by this Worker only. */
export class BroadcastShare extends WorkerEntrypoint<Env> {
  deliver(share: Share): Promise<ShareResult[]> {
    return deliverShare(share, shareDeps(this.env, this.ctx));
  }
}

/** One step of a replay run. Called by the run's object only. */
export class ReplayStep extends WorkerEntrypoint<Env> {
  step(runId: string, unsaved: HandedLetter[]): Promise<StepResult> {
    return stepReplay(runId, unsaved, {
      ...parcelDeps(this.env),
      connect: storeOf(this.env),
      cancellations: cancellationsOf(this.env),
      wait: (ms) => scheduler.wait(ms),
      report,
    });
  }
}

function edgeDeps(env: Env, context: ExecutionContext, config: EdgeConfig): EdgeDeps {
  return {
    ...shareDeps(env, context),
    config,
    withinRate: rateOf(env.INGEST_RATE, report),
    deliverElsewhere: (share) => context.exports.BroadcastShare.deliver(share),
    stopHolds: (stop) => stopHolds(stop, stopHoldsDeps(env)),
    report,
    variable: (name) => variableOf(env, name),
    turnOf: (rotation, persistenceMs) =>
      turns.next(rotation, {
        take: (count) => env.ROUND_ROBIN.getByName(rotation).take(count, persistenceMs),
        wait: (ms) => scheduler.wait(ms),
        now: () => Date.now(),
        waitUntil: (work) => context.waitUntil(work),
        report,
      }),
  };
}

function shareDeps(env: Env, context: Pick<ExecutionContext, 'waitUntil'>): ShareDeps {
  let common = commonDeps.get(env);
  if (!common) {
    common = commonDepsOf(env);
    commonDeps.set(env, common);
  }
  return {
    ...common,
    circuits: circuitsOf(env, context),
    alarms: new Alarms(),
    waitUntil: (work) => work && context.waitUntil(work),
  };
}

/** What all requests of an isolate share: it holds no I/O, only how to do it. */
type CommonDeps = Omit<ShareDeps, 'alarms' | 'circuits' | 'waitUntil'>;

function commonDepsOf(env: Env): CommonDeps {
  const recorder = recorderOf(env);
  return {
    recorder,
    retries: retryQueueOf(env, recorder),
    standBy: (pending, delayMs) =>
      standBy(pending, delayMs, {
        ...parcelDeps(env),
        wait: (ms) => scheduler.wait(ms),
        report,
      }),
    signingSecrets: configOf(env).outboundSigningSecrets,
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

/** What the edge works by now: variables, and the published configuration as far as it can be read. */
async function edgeConfigFor(
  env: Env,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<EdgeConfig> {
  const { stored } = await snapshotFor(env, waitUntil);
  return edgeConfigOf(configOf(env), stored);
}

async function snapshotFor(
  env: Env,
  waitUntil: (work: Promise<unknown>) => void,
): Promise<{ snapshot: SharedSnapshot; stored: StoredVersion | null }> {
  let snapshot = snapshots.get(env.SNAPSHOT);
  if (!snapshot) {
    snapshot = new SharedSnapshot();
    snapshots.set(env.SNAPSHOT, snapshot);
  }
  const stored = await snapshot.current({
    // Half a minute is the least that KV takes: developers.cloudflare.com/kv/api/read-key-value-pairs.
    read: () => env.SNAPSHOT.get(snapshotKey, { type: 'text', cacheTtl: 30 }),
    now: () => Date.now(),
    wait: (ms) => scheduler.wait(ms),
    waitUntil,
    report,
  });
  return { snapshot, stored };
}

function circuitsOf(env: Env, context: Pick<ExecutionContext, 'waitUntil'>): DestinationCircuits {
  return circuitsFor(circuits, {
    report: async (shard, sent) => env.CIRCUITS.getByName(shard).report(sent),
    wait: (ms) => scheduler.wait(ms),
    now: () => Date.now(),
    waitUntil: (work) => context.waitUntil(work),
    log: report,
  });
}

function recorderOf(env: Env): Recorder {
  return createRecorder(
    recorderState,
    {
      send: (messages) => sendTo(env.RECORDS, messages),
      wait: (ms) => scheduler.wait(ms),
      now: () => Date.now(),
    },
    report,
  );
}

function retryQueueOf(env: Env, recorder: Recorder): RetryQueue {
  return createRetryQueue({
    ...parcelDeps(env),
    recorder,
    outbox: {
      hold: (deliveryId, pending, dueAtMs) => outboxOf(env, deliveryId).hold(pending, dueAtMs),
    },
    wait: (ms) => scheduler.wait(ms),
    report,
  });
}

function cancellationsOf(env: Env): Cancellations {
  return {
    cancel: async (id) => outboxOf(env, id).cancel(id),
    allow: async (id) => outboxOf(env, id).allow(id),
    isCancelled: async (id) => outboxOf(env, id).isCancelled(id),
  };
}

/** One of sixteen, so that a refusing queue does not send everything to one object. */
function outboxOf(env: Env, deliveryId: string): DurableObjectStub<Outbox> {
  return env.OUTBOX.getByName(deliveryId.slice(0, 1));
}

function retriesDeps(
  env: Env,
  config: EdgeConfig,
  context: Pick<ExecutionContext, 'waitUntil'>,
): ConsumeRetriesDeps {
  const recorder = recorderOf(env);
  return {
    ...parcelDeps(env),
    recorder,
    retries: retryQueueOf(env, recorder),
    cancellations: cancellationsOf(env),
    circuits: circuitsOf(env, context),
    worksInBackground: (destination) => worksInBackground(destination, config),
    timeoutOf: (pending) => timeoutOfPending(pending, config),
    signingSecrets: config.outboundSigningSecrets,
    policyOf: ({ route }) => retryPolicyOf(config, route),
    isAllowed(destination) {
      const problem = checkKnownDestination(destination, config);
      // A delivery is not given up because nobody can say: its message comes again.
      if (problem?.reason === 'configuration_unreadable') {
        throw new Error('The stored allowlist could not be read.');
      }
      return problem === null;
    },
    isStopped: async (event) => {
      const stop = stopFor(config.stops, event);
      return stop !== null && stopHolds(stop, stopHoldsDeps(env));
    },
    random: () => Math.random(),
    report,
  };
}

function stopHoldsDeps(env: Env): StopHoldsDeps {
  return { store: stopStoreOf(env), wait: (ms) => scheduler.wait(ms), report };
}

function parcelDeps(env: Env): SendParcelDeps {
  return {
    send: async (text, delaySeconds) => {
      await env.RETRIES.send(text, { contentType: 'text', delaySeconds });
    },
    bodies: env.BODIES,
    now: () => Date.now(),
  };
}

async function sendTo(queue: Queue, messages: readonly string[]): Promise<void> {
  await queue.sendBatch(messages.map((body) => ({ body, contentType: 'text' as const })));
}

function answerApi(
  request: Request,
  env: Env,
  context: ExecutionContext,
): Response | Promise<Response> {
  const waitUntil = (work: Promise<unknown>): void => context.waitUntil(work);
  const config: Config = configOf(env);
  const { apiTokenSha256, edgeUrl } = config;
  const api = createApi({
    edgeUrl,
    connect: storeOf(env),
    logs: logsOf(config, new URL(request.url).origin, waitUntil),
    retries: retryQueueOf(env, recorderOf(env)),
    cancellations: cancellationsOf(env),
    circuits: apiCircuitsOf(env),
    isAllowed: async (destination) =>
      checkKnownDestination(destination, await edgeConfigFor(env, waitUntil)) === null,
    knownDestinations: async () => (await edgeConfigFor(env, waitUntil)).destinations,
    replays: { wake: async (runId) => env.REPLAY_RUN.getByName(runId).wake(runId) },
    bodies: env.BODIES,
    live: async (asked, endsAtMs) => {
      const headers = new Headers(asked.headers);
      // The object needs to know neither the token nor any cookie.
      for (const name of ['authorization', 'cookie', 'cf-access-jwt-assertion'])
        headers.delete(name);
      headers.set(endsAtHeader, String(endsAtMs));
      return env.LIVE_FEED.getByName(liveFeedName).fetch(new Request(asked, { headers }));
    },
    admin: {
      store: adminStoreOf(env),
      stops: stopStoreOf(env),
      check: (configuration) => checkConfiguration(configuration, config),
      allowedByVariable: config.allowedDestinations.map(({ text }) => text),
      bootstrapKey: config.bootstrapKey,
      rotationsOf: (route) => (route.includes(':') ? [route] : rotationsOf(route)),
      peekRotation: async (rotation) => env.ROUND_ROBIN.getByName(rotation).peek(),
      resetRotation: async (rotation) => env.ROUND_ROBIN.getByName(rotation).reset(),
      testSend: async (asked, by) => {
        const edge = edgeDeps(env, context, await edgeConfigFor(env, waitUntil));
        return testSend(asked, by, edge);
      },
      edgeSnapshot: async () => {
        const { snapshot } = await snapshotFor(env, waitUntil);
        return snapshot.facts(Date.now());
      },
      dryRun: (asked, stored) =>
        dryRun(asked, {
          config: edgeConfig(config, { ...stored, publishedAt: null }),
          nextTurn: (rotation) => nextTurn(env, rotation),
          stops: () => holdingStops(env),
          circuitsOf: (destinations) => circuitsAt(env, destinations),
          variable: (name) => variableOf(env, name),
          now: () => Date.now(),
        }),
      now: () => Date.now(),
    },
    access: accessOf(env, { config: () => edgeConfigFor(env, waitUntil), waitUntil }),
    apiTokenSha256,
    now: () => Date.now(),
    report,
  });
  return api.fetch(withTokenFromProtocol(request));
}

function logsOf(config: Config, origin: string, waitUntil: (work: Promise<unknown>) => void): Logs {
  const deps = { now: () => Date.now(), wait: (ms: number) => scheduler.wait(ms) };
  return createLogs(sourceOf(config.logs, deps), logsState, {
    ...deps,
    waitUntil,
    cache: placeCache(caches.default, origin, report),
  });
}

/** Null when the rotation is out of reach. */
async function nextTurn(env: Env, rotation: string): Promise<number | null> {
  try {
    return (await env.ROUND_ROBIN.getByName(rotation).peek()).next;
  } catch (error) {
    report('A rotation could not be looked at.', { rotation, error: messageOf(error) });
    return null;
  }
}

function variableOf(env: Env, name: string): unknown {
  return Object.hasOwn(env, name) ? Reflect.get(env, name) : undefined;
}

function storeOf(env: Env): Connect {
  return connectTo({
    // A deployment whose database is Neon can do without the binding.
    hyperdrive: 'OBSERVABILITY' in env ? env.OBSERVABILITY.connectionString : null,
    direct: configOf(env).observability,
  });
}
