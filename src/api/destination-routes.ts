// GET /api/destinations: how destinations fare.
import { Hono } from 'hono';
import { readDeliverySeries, readTotalsBy } from '../store/read-rollups.ts';
import { readConcurrencyLimits } from './concurrency-limits.ts';
import type { ApiDeps } from './deps.ts';
import { destinationSummaries, readCircuits } from './destination-summaries.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { readingStatistics } from './reading-statistics.ts';
import { statisticsQuery, statisticsSpan } from './statistics-span.ts';
import { countsView } from './statistics-view.ts';
import { type DestinationList, destinationListSchema } from './statistics-views.ts';

export function destinationRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'List destinations with what was delivered to them',
      description:
        'Those that were called in the range, what fails most often first, each with its circuit.',
      tag: 'Statistics',
      query: statisticsQuery,
      answers: { 200: { description: 'All of them.', schema: destinationListSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { range, source = null } = context.req.valid('query');
      const spans = statisticsSpan(range, source, deps.now());
      const known = Promise.all([readCircuits(deps), readConcurrencyLimits(deps)]);
      const { totals, series, ...asked } = await readingStatistics(deps, spans, async (client) => ({
        totals: await readTotalsBy(client, spans.span, { by: ['source', 'job', 'destination'] }),
        series: await readDeliverySeries(client, spans.drawn, {
          by: ['destination'],
          bucketMs: spans.bucketMs,
        }),
      }));
      const [circuits, limits] = await known;
      const others = totals.filter(({ isOthers }) => isOthers);
      // In Postgres' own order they would change places from one request to the next.
      const mostFirst = totals.toSorted((a, b) => b.deliveries - a.deliveries);
      const list: DestinationList = {
        ...asked,
        destinations: destinationSummaries({ totals, series }, { circuits, limits }, spans).map(
          (summary) => ({
            ...summary,
            jobs: mostFirst.flatMap(({ source: ofSource, job, destination }) =>
              destination === summary.destination && ofSource !== null && job !== null
                ? [{ source: ofSource, job }]
                : [],
            ),
          }),
        ),
        others: others.length === 0 ? null : countsView(others),
        circuitsAreKnown: circuits !== null,
      };
      return context.json(list, 200);
    },
  );
}
