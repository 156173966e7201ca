// GET /api/coverage: which part of what the databases recorded has a known cause, and what to change for the rest.
import { Hono } from 'hono';
import { z } from 'zod';
import { advise } from '../coverage/advise.ts';
import type { StoreClient } from '../store/client.ts';
import {
  countGaps,
  countOverTime,
  countWrites,
  readClocksAhead,
  readEventLogs,
  type Span,
} from '../store/read-coverage.ts';
import type { ApiDeps } from './deps.ts';
import { coverageOf, coverageBy } from './coverage-view.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { reading } from './reading.ts';
import { triggerDefinitions } from './trigger-definitions.ts';
import { timeParam } from './times.ts';
import { type CoverageView, coverageViewSchema } from './coverage-views.ts';

const dayMs = 86_400_000;
const longestSpanMs = 31 * dayMs;
/** Up to here coverage over time is told by the hour. */
const hourlyUpToMs = 3 * dayMs;

const coverageQuery = z
  .object({
    source: z.string().min(1).max(200).optional().meta({ description: 'Of one database only.' }),
    from: timeParam
      .optional()
      .meta({ description: 'A day before `until`, unless it is said; 31 days at most.' }),
    until: timeParam.optional().meta({ description: 'Exclusive; now, unless it is said.' }),
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
      tag: 'Coverage',
      query: coverageQuery,
      answers: {
        200: { description: 'Shares, gaps and what to change.', schema: coverageViewSchema },
      },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const { source = null, from, until } = context.req.valid('query');
      const untilMs = until === undefined ? deps.now() : Date.parse(until);
      const fromMs = Math.max(
        from === undefined ? untilMs - dayMs : Date.parse(from),
        untilMs - longestSpanMs,
      );
      const span = {
        source,
        from: new Date(fromMs).toISOString(),
        until: new Date(untilMs).toISOString(),
      };
      const view = await reading(deps, (client) => readCoverage(client, span, deps.now()));
      return context.json(view, 200);
    },
  );
}

async function readCoverage(client: StoreClient, span: Span, nowMs: number): Promise<CoverageView> {
  const writes = await countWrites(client, span);
  const spanMs = Date.parse(span.until) - Date.parse(span.from);
  const overTime = await countOverTime(client, span, spanMs <= hourlyUpToMs ? 'hour' : 'day');
  const gaps = await countGaps(client, span);
  const eventLogs = (await readEventLogs(client)).filter(
    (log) => span.source === null || log.source === span.source,
  );
  const clocksAhead = await readClocksAhead(client, span);
  const triggers = await triggerDefinitions(client, span.source);
  return {
    from: span.from,
    until: span.until,
    ...coverageOf(writes, gaps),
    tables: coverageBy(writes, gaps, ({ source, tableSchema, tableName }) => ({
      source,
      name: `${tableSchema}.${tableName}`,
    })),
    triggers: coverageBy(writes, gaps, ({ source, trigger }) => ({ source, name: trigger })),
    jobs: coverageBy(
      writes.filter(({ job }) => job !== null),
      [],
      ({ source, job }) => ({ source, name: job ?? '' }),
    ),
    overTime,
    advice: advise({ writes, gaps, eventLogs, triggers, clocksAhead, nowMs }),
    eventLogs,
  };
}
