// Answers Grafana's query endpoint, POST /api/ds/query (grafana.com/docs/grafana/latest/developer-resources/
// api-reference/http-api/data_source/#query-a-data-source), for two data sources that look at the same entries.
import { z } from 'zod';
import type { CloudWatch } from './cloudwatch.ts';
import { queryElasticsearch } from './elasticsearch.ts';
import type { Entry } from './entry.ts';

const bodySchema = z.object({
  queries: z
    .array(
      z.looseObject({
        refId: z.string(),
        datasource: z.looseObject({ uid: z.string(), type: z.string().optional() }),
      }),
    )
    .min(1),
  from: z.string().regex(/^\d+$/, 'relative times are unsupported by this stand-in'),
  to: z.string().regex(/^\d+$/, 'relative times are unsupported by this stand-in'),
});

export type DsAnswer = { status: number; body: unknown };

/** The uids of both data sources. */
export const queriedUids = { elasticsearch: 'elasticsearch', cloudWatch: 'cloudwatch' };

export function answerDsQuery(
  entries: readonly Entry[],
  text: string,
  cloudWatch: CloudWatch,
): DsAnswer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Grafana says no more than that.
    return { status: 400, body: { message: 'bad request data' } };
  }
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) return { status: 400, body: { message: z.prettifyError(parsed.error) } };
  const { queries, from, to } = parsed.data;
  const range = { fromMs: Number(from), toMs: Number(to) };
  const results: Record<string, unknown> = {};
  let failed = false;
  for (const query of queries) {
    const { uid } = query.datasource;
    if (uid !== queriedUids.elasticsearch && uid !== queriedUids.cloudWatch) {
      return { status: 404, body: { message: 'Data source not found', traceID: '' } };
    }
    const outcome =
      uid === queriedUids.elasticsearch
        ? queryElasticsearch(entries, query, range)
        : cloudWatch.query(entries, query, range);
    if ('error' in outcome) {
      failed = true;
      results[query.refId] = {
        error: outcome.error,
        errorSource: 'downstream',
        status: 400,
        frames: [],
      };
    } else {
      results[query.refId] = { status: 200, frames: outcome.frames };
    }
  }
  // pkg/api/ds_query.go: 400 where any of them failed.
  return { status: failed ? 400 : 200, body: { results } };
}
