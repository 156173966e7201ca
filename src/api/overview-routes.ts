// GET /api/overview: is something wrong, and where to look first.
import { Hono } from 'hono';
import { findRoots } from '../store/cascades.ts';
import type { StoreClient } from '../store/client.ts';
import { listLoops } from '../store/loops.ts';
import { countGaps } from '../store/read-coverage.ts';
import { countLettersByJob, readSilence, readWaitingSince } from '../store/read-findings.ts';
import {
  readCountedSince,
  readDeliverySeries,
  readTotals,
  readTotalsBy,
} from '../store/read-rollups.ts';
import type { RollupSpan } from '../store/rollup-pieces.ts';
import type { ApiDeps } from './deps.ts';
import { readCircuits } from './destination-summaries.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { type FindingFacts, findings } from './findings.ts';
import { keyOf, readJobSummaries } from './job-summaries.ts';
import { reading } from './reading.ts';
import { readingStatistics } from './reading-statistics.ts';
import {
  overviewQuery,
  rangeSince,
  statisticsSpan,
  type StatisticsSpan,
} from './statistics-span.ts';
import { figures, overTime } from './statistics-view.ts';
import { type Overview, overviewSchema } from './statistics-views.ts';
import { topKinds } from './top-kinds.ts';
import { neverArrived, triggerSummaries } from './trigger-summaries.ts';

const mostLoops = 10;

export function overviewRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Tell what was delivered and what failed, and what needs a look',
      description:
        'Figures of a range and of as long before, counted by the minute, the hour and the day. `countedUntil` says how far everything that has come in is counted.',
      tag: 'Statistics',
      query: overviewQuery,
      answers: {
        200: { description: 'Figures, over time, and findings.', schema: overviewSchema },
      },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { range: asked, source = null } = context.req.valid('query');
      const nowMs = deps.now();
      const range = asked ?? rangeSince(await reading(deps, readCountedSince), nowMs);
      const spans = statisticsSpan(range, source, nowMs);
      const edge = Promise.all([readCircuits(deps), deps.admin.edgeSnapshot()]);
      const read = await readingStatistics(deps, spans, async (client) => ({
        ...(await readFigures(client, spans)),
        facts: await readFacts(client, spans.span, nowMs),
      }));
      const [circuits, snapshot] = await edge;
      const { facts, gaps, ...rest } = read;
      const view: Overview = {
        ...rest,
        needsALook: findings({ ...facts, gaps, circuits, snapshot }),
      };
      return context.json(view, 200);
    },
  );
}

async function readFigures(client: StoreClient, spans: StatisticsSpan) {
  const { span, previous, drawn, bucketMs } = spans;
  const by = ['source', 'trigger', 'job'] as const;
  const totals = await readTotalsBy(client, span, { by });
  const among = topKinds(totals);
  const series = await readDeliverySeries(client, drawn, { by, bucketMs, among });
  const failing = new Set(among.jobs.map(keyOf));
  const gaps = await countGaps(client, span);
  const before = await countGaps(client, previous);
  return {
    gaps,
    figures: figures(await readTotals(client, span), neverArrived(gaps)),
    previous: figures(await readTotals(client, previous), neverArrived(before)),
    overTime: overTime(spans, await readTotals(client, drawn, { bucketMs })),
    topFailing: await readJobSummaries(client, spans, {
      totals: totals.filter((one) => failing.has(keyOf(one))),
      series,
    }),
    topTriggers: triggerSummaries(among.triggers, spans, { totals, series }, gaps),
  };
}

async function readFacts(
  client: StoreClient,
  { fromMs, source }: RollupSpan,
  nowMs: number,
): Promise<Omit<FindingFacts, 'circuits' | 'snapshot' | 'gaps'>> {
  const found = await listLoops(client, { limit: mostLoops, after: null });
  const loops = found.filter(
    (loop) => Date.parse(loop.latestAt) >= fromMs && (source === null || loop.source === source),
  );
  const rootIds = loops.map(({ rootTraceId }) => rootTraceId);
  const roots = rootIds.length === 0 ? new Map() : await findRoots(client, rootIds);
  return {
    nowMs,
    deadLetters: await countLettersByJob(client, source),
    loops: loops.map((loop) => ({
      ...loop,
      cascadeId: roots.get(loop.rootTraceId) ?? loop.rootTraceId,
    })),
    silence: await readSilence(client, source, nowMs),
    waitingSince: await readWaitingSince(client),
  };
}
