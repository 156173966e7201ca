// GET /api/statistics: any time in the finest steps there are, such as a part of a chart that somebody looks at closer.
import { Hono } from 'hono';
import { z } from 'zod';
import { readTotals, readTotalsBy } from '../store/read-rollups.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { readingSteps } from './reading-statistics.ts';
import { longestStepsMs, stepsSpan } from './statistics-span.ts';
import { overTime } from './statistics-view.ts';
import { type Statistics, statisticsSchema } from './statistics-views.ts';
import { timeParam } from './times.ts';

const name = z.string().min(1).max(200);
const spanOf = ({ from, until }: { from: string; until: string }): number =>
  Date.parse(until) - Date.parse(from);

const stepsQuery = z
  .object({
    from: timeParam.meta({ description: 'Steps begin at this time or before.' }),
    until: timeParam.meta({ description: 'Exclusive. A year after `from` at most.' }),
    source: name.optional().meta({ description: 'Of one database only.' }),
    job: name.optional().meta({ description: 'Of jobs of this name only.' }),
  })
  .refine((span) => spanOf(span) > 0, { path: ['until'], message: 'must be after from' })
  .refine((span) => spanOf(span) <= longestStepsMs, {
    path: ['until'],
    message: 'must not be more than a year after from',
  });

export function statisticsRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Tell what was delivered over any time',
      description:
        'In 180 steps or fewer, as fine as can be told: minutes of six hours at most within 13 days, otherwise hours or days.',
      tag: 'Statistics',
      query: stepsQuery,
      answers: { 200: { description: 'Step by step.', schema: statisticsSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { from, until, source = null, job } = context.req.valid('query');
      const asked = { fromMs: Date.parse(from), untilMs: Date.parse(until) };
      const spans = stepsSpan(asked, source, deps.now());
      const { bucketMs } = spans;
      const answer: Statistics = await readingSteps(deps, spans, async (client) => ({
        overTime: overTime(
          spans,
          await (job === undefined
            ? readTotals(client, spans.drawn, { bucketMs })
            : readTotalsBy(client, spans.drawn, { by: [], bucketMs, only: { job } })),
        ),
      }));
      return context.json(answer, 200);
    },
  );
}
