// GET /api/coverage/logs: of the jobs that ran lately, whose log lines carry the correlation ID. It looks at the latest
// deliveries of each, and asks the log source for their IDs.
import { Hono } from 'hono';
import { readTraceNodes } from '../store/read-nodes.ts';
import { listTraces, newest } from '../store/traces.ts';
import type { StoredDelivery } from '../store/read-rows.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { logScope } from './log-targets.ts';
import { reading } from './reading.ts';
import { logCoverageSchema, type LogCoverageView } from './log-views.ts';

/** So many of the latest cascades are looked through. */
const latestTraces = 100;
const deliveriesOfEach = 3;
const mostJobs = 50;
/** Shippers take their time: what ended just now proves nothing. */
const settleMs = 15_000;

type JobSample = { source: string; name: string; deliveries: StoredDelivery[] };

export function logCoverageRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/logs',
    endpoint({
      summary: 'Tell whether the logs of the jobs that ran lately carry their correlation IDs',
      tag: 'Coverage',
      answers: { 200: { description: 'Job by job.', schema: logCoverageSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const deliveries = await reading(deps, async (client) => {
        const traces = await listTraces(
          client,
          newest({ limit: latestTraces, after: null, which: 'all' }),
        );
        const nodes = await readTraceNodes(
          client,
          traces.map(({ id }) => id),
        );
        return nodes.deliveries;
      });
      // The connection is given back by now: a slow source of logs holds none.
      const jobs = sampleOf(deliveries, deps.now());
      const found = await findLogged(deps, jobs);
      const view: LogCoverageView = {
        ...spanOf(jobs, deps.now()),
        source: found.source,
        offline: found.offline,
        jobs: jobs
          .map((job) => jobView(job, found.offline ? null : found.ids))
          .toSorted((a, b) => order[a.state] - order[b.state] || (a.name < b.name ? -1 : 1)),
      };
      return context.json(view, 200);
    },
  );
}

const order = { silent: 0, partly: 1, unknown: 2, carries: 3 };

/** The latest deliveries of each job that arrived and are over. */
function sampleOf(deliveries: readonly StoredDelivery[], nowMs: number): JobSample[] {
  const jobs = new Map<string, JobSample>();
  for (const delivery of deliveries.toReversed()) {
    const last = delivery.attempts.at(-1);
    if (last?.outcome !== 'delivered' || last.endedAt === null) continue;
    if (nowMs - Date.parse(last.endedAt) < settleMs) continue;
    const key = JSON.stringify([delivery.source, delivery.job]);
    const job = jobs.get(key) ?? { source: delivery.source, name: delivery.job, deliveries: [] };
    if (!jobs.has(key) && jobs.size === mostJobs) continue;
    jobs.set(key, job);
    if (job.deliveries.length < deliveriesOfEach) job.deliveries.push(delivery);
  }
  return [...jobs.values()];
}

async function findLogged(
  deps: Pick<ApiDeps, 'logs' | 'now'>,
  jobs: readonly JobSample[],
): Promise<{
  source: string;
  offline: LogCoverageView['offline'];
  ids: ReadonlySet<string>;
}> {
  const { targets, endedAtMs } = logScope(
    jobs.flatMap((job) => job.deliveries),
    deps.now(),
  );
  const answer = await deps.logs.read({
    subject: 'coverage',
    targets,
    // A job that works in the background does not keep an answer from being shared.
    endedAtMs: endedAtMs ?? deps.now(),
    cursor: null,
    first: 'newest',
    limit: 5_000,
    tryNow: false,
  });
  if (answer.state === 'offline') {
    const { reason, detail, source } = answer;
    return { source, offline: { reason, detail }, ids: new Set() };
  }
  const ids = answer.lines.flatMap(({ correlationId }) => correlationId ?? []);
  return { source: answer.source, offline: null, ids: new Set(ids) };
}

/** @param ids those that stand in a line; null: nobody knows */
function jobView(job: JobSample, ids: ReadonlySet<string> | null): LogCoverageView['jobs'][number] {
  const logged = job.deliveries.filter(({ correlationId }) => ids?.has(correlationId));
  const example =
    job.deliveries.find((delivery) => !logged.includes(delivery)) ?? job.deliveries[0];
  const state =
    ids === null
      ? 'unknown'
      : logged.length === job.deliveries.length
        ? 'carries'
        : logged.length === 0
          ? 'silent'
          : 'partly';
  return {
    source: job.source,
    name: job.name,
    deliveries: job.deliveries.length,
    withLines: logged.length,
    state,
    example: {
      deliveryId: example?.id ?? '',
      traceId: example?.traceId ?? '',
      correlationId: example?.correlationId ?? '',
    },
  };
}

function spanOf(jobs: readonly JobSample[], nowMs: number): { from: string; until: string } {
  const ends = jobs
    .flatMap(({ deliveries }) => deliveries)
    .flatMap(({ attempts }) => attempts.at(-1)?.endedAt ?? []);
  return {
    from: ends.toSorted()[0] ?? new Date(nowMs).toISOString(),
    until: ends.toSorted().at(-1) ?? new Date(nowMs).toISOString(),
  };
}
