// GET /api/health: what Throughline depends on and how it is. Always 200: the answer is the news.
import { messageOf } from '../error-message.ts';
import { Hono } from 'hono';
import { StoreUnreachable } from '../store/client.ts';
import type { ApiDeps } from './deps.ts';
import { reading } from './reading.ts';
import type { HealthView } from './views.ts';

export function healthRoutes(deps: ApiDeps) {
  return new Hono().get('/', async (context) => {
    const [database, grafana] = await Promise.all([databaseHealth(deps), grafanaHealth(deps)]);
    const health: HealthView = { database, grafana };
    return context.json(health, 200);
  });
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
  const answer = await deps.logs.fetchLogs({
    correlationIds: ['throughline.health.none'],
    fromMs: nowMs - 60_000,
    toMs: nowMs,
  });
  return answer.state === 'ok'
    ? { state: 'ok' }
    : { state: 'offline', reason: answer.reason, detail: answer.detail };
}
