// GET /api/health: what Throughline depends on and how it is. Always 200: the answer is the news.
import { messageOf } from '../error-message.ts';
import { Hono } from 'hono';
import { StoreUnreachable } from '../store/client.ts';
import { readEventLogs } from '../store/read-coverage.ts';
import type { ApiDeps } from './deps.ts';
import { reading } from './reading.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { eventEngineHealth } from './event-engine-health.ts';
import { type HealthView, healthViewSchema } from './views.ts';

/** The configuration is published again every few hours. */
const oldAfterMs = 86_400_000;
/** Whoever asks within it is told the same of the logs. */
const sharedMs = 10_000;
const minuteNs = 60_000_000_000n;

export function healthRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Tell how the things are that Throughline depends on',
      description: 'Always 200: the answer is the news.',
      tag: 'Health',
      answers: {
        200: {
          description: 'The database, Grafana, the event engine, the configuration and the edge.',
          schema: healthViewSchema,
        },
      },
      problems: [],
    }),
    async (context) => {
      const [database, grafana, eventEngine, configuration, edge] = await Promise.all([
        databaseHealth(deps),
        grafanaHealth(deps),
        engineHealth(deps),
        configurationHealth(deps),
        edgeHealth(deps),
      ]);
      const health: HealthView = { database, grafana, eventEngine, configuration, edge };
      return context.json(health, 200);
    },
  );
}

async function databaseHealth(deps: ApiDeps): Promise<HealthView['database']> {
  try {
    await reading(deps, (client) => client.query('select id from traces limit 1'));
    return { state: 'ok' };
  } catch (error) {
    deps.report('The observability database is not well.', {
      error: messageOf(error),
    });
    return {
      state: 'offline',
      detail:
        error instanceof StoreUnreachable
          ? 'The observability database is out of reach or too slow.'
          : 'The observability database answers, but not as expected: have its migrations run?',
    };
  }
}

async function grafanaHealth(deps: ApiDeps): Promise<HealthView['grafana']> {
  const nowMs = deps.now();
  // A question that has no lines for an answer, asked the way that lines are asked for.
  const toNs = BigInt(Math.floor(nowMs / sharedMs) * sharedMs) * 1_000_000n;
  const answer = await deps.logs.read({
    subject: 'health',
    targets: [{ correlationId: 'throughline.health.none', fromNs: toNs - minuteNs, toNs }],
    endedAtMs: nowMs,
    cursor: null,
    first: 'newest',
    limit: 1,
    tryNow: false,
  });
  return answer.state === 'ok'
    ? { state: 'ok' }
    : {
        state: 'offline',
        reason: answer.reason,
        detail: answer.detail,
        since: answer.since,
      };
}

async function engineHealth(deps: ApiDeps): Promise<HealthView['eventEngine']> {
  try {
    return eventEngineHealth(await reading(deps, readEventLogs), deps.now());
  } catch (error) {
    deps.report('It could not be read what the event logs told.', { error: messageOf(error) });
    return {
      state: 'unknown',
      since: null,
      detail: 'What its event logs told last is in the observability database.',
    };
  }
}

async function configurationHealth(deps: ApiDeps): Promise<HealthView['configuration']> {
  try {
    const { version, publication } = await deps.admin.store.current();
    const { version: publishedVersion, at, error } = publication;
    const versions = { version, publishedVersion };
    if (publishedVersion < version) {
      const why = error ?? 'it is under way';
      const detail = `Version ${version} is stored; the edge can read version ${publishedVersion} (${why}). It is published as soon as that is possible.`;
      return { state: 'behind', ...versions, detail };
    }
    if (at !== null && deps.now() - Date.parse(at) > oldAfterMs) {
      const detail = `It was last published at ${at}, and should be every few hours${error === null ? '' : ` (${error})`}.`;
      return { state: 'behind', ...versions, detail };
    }
    return { state: 'ok', ...versions };
  } catch (error) {
    deps.report('The stored configuration is not well.', { error: messageOf(error) });
    return {
      state: 'offline',
      detail:
        'The object that keeps the configuration does not answer. The edge works on with what was published last.',
    };
  }
}

async function edgeHealth(deps: ApiDeps): Promise<HealthView['edge']> {
  const { version, publishedAt, isOld, failure } = await deps.admin.edgeSnapshot();
  const ageSeconds =
    publishedAt === null
      ? null
      : Math.max(0, Math.round((deps.now() - Date.parse(publishedAt)) / 1_000));
  const facts = { version, publishedAt, ageSeconds };
  const worksBy = version === 0 ? 'the Worker’s variables alone' : `version ${version}`;
  if (failure !== null) {
    const detail = `The published configuration could not be read: ${failure} The edge works by ${worksBy}, and tries again by itself.`;
    return { state: 'degraded', ...facts, detail };
  }
  if (isOld) {
    const detail = `The edge works by ${worksBy}, which was published more than a day ago, though that happens every few hours: what has changed since does not hold. See "configuration" here, and the binding SNAPSHOT.`;
    return { state: 'degraded', ...facts, detail };
  }
  return { state: 'ok', ...facts };
}
