// GET /api/overview: is something wrong, and where to look first.
import { Hono } from 'hono';
import { findRoots } from '../store/cascades.ts';
import type { StoreClient } from '../store/client.ts';
import { listLoops } from '../store/loops.ts';
import { countGaps, type GapCount } from '../store/read-coverage.ts';
import { groupDeadLetters, readSilence, readWaitingSince } from '../store/read-findings.ts';
import {
  readDeliverySeries,
  readTotals,
  readTotalsBy,
  type RollupSpan,
} from '../store/read-rollups.ts';
import type { ApiDeps } from './deps.ts';
import { readCircuits } from './destination-summaries.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { type FindingFacts, findings } from './findings.ts';
import { type CountedJobs, readJobSummaries } from './job-summaries.ts';
import { readingStatistics } from './reading-statistics.ts';
import { statisticsQuery, statisticsSpan, type StatisticsSpan } from './statistics-span.ts';
import {
  countsView,
  coveredView,
  deliveriesOverTime,
  figures,
  overTime,
} from './statistics-view.ts';
import { type Overview, overviewSchema, type TriggerSummary } from './statistics-views.ts';

const most = 10;
type TriggerKey = { source: string | null; trigger: string | null };
/** Told by trigger and by job: of one reading both are told. */
type Counted = {
  [K in keyof CountedJobs]: readonly (CountedJobs[K][number] & TriggerKey)[];
};

export function overviewRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Tell what was delivered and what failed, and what needs a look',
      description:
        'Figures of a range and of as long before, counted by the minute, the hour and the day. `countedUntil` says how far everything that has come in is counted.',
      tag: 'Statistics',
      query: statisticsQuery,
      answers: {
        200: { description: 'Figures, over time, and findings.', schema: overviewSchema },
      },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { range, source = null } = context.req.valid('query');
      const nowMs = deps.now();
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
  const counted: Counted = {
    totals: await readTotalsBy(client, span, { by }),
    series: await readDeliverySeries(client, drawn, { by, bucketMs }),
  };
  const jobs = await readJobSummaries(client, spans, counted);
  const gaps = await countGaps(client, textsOf(span));
  const before = await countGaps(client, textsOf(previous));
  return {
    gaps,
    figures: figures(counted.totals, neverArrived(gaps)),
    previous: figures(await readTotals(client, previous), neverArrived(before)),
    overTime: overTime(spans, await readTotals(client, drawn, { bucketMs })),
    topFailing: jobs
      .filter(({ failures, deadLetters }) => failures + deadLetters > 0)
      .slice(0, most),
    topTriggers: triggerSummaries(spans, counted, gaps),
  };
}

const nameOf = ({ source, trigger }: TriggerKey): string => JSON.stringify([source, trigger]);

const neverArrived = (gaps: readonly GapCount[]): number =>
  gaps
    .filter(({ kind }) => kind === 'never_arrived')
    .reduce((total, { events }) => total + events, 0);

function triggerSummaries(
  spans: StatisticsSpan,
  { totals, series }: Counted,
  gaps: readonly GapCount[],
): TriggerSummary[] {
  const drawn = deliveriesOverTime<TriggerKey>(spans, series, nameOf);
  return [...Map.groupBy(totals, nameOf).values()]
    .flatMap((ofOne) => {
      const [{ source, trigger } = { source: null, trigger: null }] = ofOne;
      if (source === null || trigger === null) return [];
      return [
        {
          ...countsView(ofOne),
          source,
          trigger,
          events: ofOne.reduce((sum, { events }) => sum + events, 0),
          coverage: coveredView(
            ofOne,
            neverArrived(gaps.filter((gap) => gap.source === source && gap.trigger === trigger)),
          ),
          deliveriesOverTime: drawn({ source, trigger }),
        },
      ];
    })
    .toSorted((a, b) => b.deliveries - a.deliveries || b.events - a.events)
    .slice(0, most);
}

const textsOf = ({ fromMs, untilMs, source }: RollupSpan) => ({
  source,
  from: new Date(fromMs).toISOString(),
  until: new Date(untilMs).toISOString(),
});

async function readFacts(
  client: StoreClient,
  { fromMs, source }: RollupSpan,
  nowMs: number,
): Promise<Omit<FindingFacts, 'circuits' | 'snapshot' | 'gaps'>> {
  const found = await listLoops(client, { limit: most, after: null });
  const loops = found.filter(
    (loop) => Date.parse(loop.latestAt) >= fromMs && (source === null || loop.source === source),
  );
  const roots = await findRoots(
    client,
    loops.map(({ rootTraceId }) => rootTraceId),
  );
  return {
    nowMs,
    deadLetters: await groupDeadLetters(client, source),
    loops: loops.map((loop) => ({
      ...loop,
      cascadeId: roots.get(loop.rootTraceId) ?? loop.rootTraceId,
    })),
    silence: await readSilence(client, source, nowMs),
    waitingSince: await readWaitingSince(client),
  };
}
