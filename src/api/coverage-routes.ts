// GET /api/coverage: which part of what the databases recorded has a known cause, and what to change for the rest.
import { Hono } from 'hono';
import { z } from 'zod';
import { advise } from '../coverage/advise.ts';
import type { StoreClient } from '../store/client.ts';
import { countGaps, readEventLogs } from '../store/read-coverage.ts';
import {
  readClocksAhead,
  readCoveredOverTime,
  readNotCounted,
  readWritesByJob,
  readWritesByTrigger,
} from '../store/read-writes.ts';
import { textOf } from '../store/rollup-pieces.ts';
import type { ApiDeps } from './deps.ts';
import { coverageSpan, type CoverageSpan } from './coverage-span.ts';
import { coverageBy, coverageOf, othersOf } from './coverage-view.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { invalid } from './problem.ts';
import { readingSteps } from './reading-statistics.ts';
import { triggerDefinitions } from './trigger-definitions.ts';
import { timeParam } from './times.ts';
import { type CoverageView, coverageViewSchema } from './coverage-views.ts';

const coverageQuery = z
  .object({
    source: z.string().min(1).max(200).optional().meta({ description: 'Of one database only.' }),
    from: timeParam.optional().meta({
      description:
        'A day before `until`, unless it is said; 31 days at most. Counted from the beginning of its minute, or of its hour where it is a week or more, or more than 13 days ago.',
    }),
    until: timeParam.optional().meta({
      description: 'Exclusive; now, unless it is said. Counted to the end of its minute or hour.',
    }),
  })
  .refine(({ from, until }) => !from || !until || Date.parse(from) < Date.parse(until), {
    path: ['until'],
    message: 'must be after from',
  });

export function coverageRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Tell which part of what the databases recorded has a known cause',
      description:
        'Of the events that reached the edge in a span of time, counted by the minute, the hour and the day. `countedUntil` says how far everything that has come in is counted, and `countedFrom` from when on.',
      tag: 'Coverage',
      query: coverageQuery,
      answers: {
        200: { description: 'Shares, gaps and what to change.', schema: coverageViewSchema },
      },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { source = null, from, until } = context.req.valid('query');
      const nowMs = deps.now();
      const asked = {
        fromMs: from === undefined ? null : Date.parse(from),
        untilMs: until === undefined ? null : Date.parse(until),
      };
      const spans = coverageSpan(asked, source, nowMs);
      if (spans.span.fromMs >= spans.span.untilMs) {
        const message = 'must be before until, which is now unless it is said';
        throw invalid([{ in: 'query', name: 'from', message }]);
      }
      const view: CoverageView = await readingSteps(deps, spans, (client) =>
        readCoverage(client, spans, nowMs),
      );
      return context.json(view, 200);
    },
  );
}

async function readCoverage(client: StoreClient, { read, bucketMs }: CoverageSpan, nowMs: number) {
  const { source } = read;
  const { countedFromMs, hoursLeftOut } = await readNotCounted(client, read);
  const counted = { ...read, fromMs: Math.min(countedFromMs ?? read.fromMs, read.untilMs) };
  const writes = await readWritesByTrigger(client, counted);
  const ofJobs = await readWritesByJob(client, counted);
  const gaps = await countGaps(client, counted);
  const eventLogs = (await readEventLogs(client)).filter(
    (log) => source === null || log.source === source,
  );
  const clocksAhead = await readClocksAhead(client, counted);
  const triggers = await triggerDefinitions(client, source);
  return {
    countedFrom: countedFromMs === null ? null : textOf(countedFromMs),
    hoursLeftOut,
    ...coverageOf(writes, gaps),
    others: { writes: othersOf(writes), ofJobs: othersOf(ofJobs) },
    tables: coverageBy(writes, gaps, ({ tableSchema, tableName }) => `${tableSchema}.${tableName}`),
    triggers: coverageBy(writes, gaps, ({ trigger }) => trigger),
    jobs: coverageBy(ofJobs, [], ({ job }) => job),
    overTime: await readCoveredOverTime(client, counted, bucketMs),
    advice: advise({ writes, ofJobs, gaps, eventLogs, triggers, clocksAhead, nowMs }),
    eventLogs,
  };
}
