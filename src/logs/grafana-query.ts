// One query of any data source that Grafana knows, by its query endpoint (grafana.com/docs/grafana/latest/
// developer-resources/api-reference/http-api/data_source/#query-a-data-source), and the rows of the data frame that
// it answers with. It knows no data source's own language.
import { z } from 'zod';
import { askJson } from './ask-json.ts';
import { type GrafanaAccess, grafanaRequest, withSlash } from './grafana-loki.ts';
import type { SourceFailure } from './log-source.ts';

const frameSchema = z.object({
  schema: z.object({
    meta: z.looseObject({ custom: z.looseObject({}).nullish() }).nullish(),
    fields: z.array(z.looseObject({ name: z.string(), type: z.string().nullish() })),
  }),
  data: z.object({
    values: z.array(z.array(z.unknown())),
    /** What ms leave out of times, in ns, for each field that has any. */
    nanos: z.array(z.array(z.number()).nullable()).nullish(),
  }),
});

const answerSchema = z.object({
  results: z.record(
    z.string(),
    z.object({
      status: z.number().nullish(),
      error: z.string().nullish(),
      frames: z.array(frameSchema).nullish(),
    }),
  ),
});

/** What Grafana says where it has not even asked the data source. */
const refusedSchema = z.object({ message: z.string(), results: z.undefined() });

/** One row of a frame: each column as text, times as nanoseconds since the epoch; empty columns are left out. */
export type FrameRow = Record<string, string>;

export type Frame = { rows: FrameRow[]; custom: Record<string, unknown> };

/**
 * @param query the data source's own members, beside `refId` and `datasource`
 * @param range ms since the epoch
 */
export async function queryGrafana(
  access: GrafanaAccess,
  type: string,
  query: Record<string, unknown>,
  range: { fromMs: bigint; toMs: bigint },
): Promise<Frame[] | SourceFailure> {
  const url = new URL('api/ds/query', withSlash(access.url));
  const answer = await askJson({
    ...grafanaRequest(access),
    url: url.href,
    method: 'POST',
    // What its data source refused stands in the answer's result.
    alsoRead: 400,
    headers: { ...grafanaRequest(access).headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      queries: [{ refId: 'A', datasource: { type, uid: access.dataSourceUid }, ...query }],
      from: String(range.fromMs),
      to: String(range.toMs),
    }),
  });
  if ('reason' in answer) return answer;
  const parsed = answerSchema.safeParse(answer.json);
  const result = parsed.data?.results['A'];
  if (refusedSchema.safeParse(answer.json).success) {
    const { message } = refusedSchema.parse(answer.json);
    return { reason: 'query_refused', detail: `${url.host} refused the query: ${message}.` };
  }
  if (!parsed.success || !result) {
    const problem = parsed.success
      ? 'It has no result for the query.'
      : z.prettifyError(parsed.error);
    return {
      reason: 'not_logs',
      detail: `${url.host} answered JSON, but not as Grafana does. ${problem}`,
    };
  }
  if (result.error) {
    const isOurs = (result.status ?? 500) < 500;
    return {
      reason: isOurs ? 'query_refused' : 'failed',
      detail: `${url.host} answered for the data source: ${result.error.replace(/\.+$/, '')}.`,
    };
  }
  return (result.frames ?? []).map(readFrame);
}

function readFrame({ schema, data }: z.infer<typeof frameSchema>): Frame {
  const length = data.values.reduce((most, column) => Math.max(most, column.length), 0);
  const rows = Array.from({ length }, (_, at) => {
    const row: FrameRow = {};
    for (const [index, { name, type }] of schema.fields.entries()) {
      const value = data.values[index]?.[at];
      if (value === null || value === undefined || value === '') continue;
      row[name] =
        type === 'time' && typeof value === 'number'
          ? nanosecondsOf(value, data.nanos?.[index]?.[at] ?? 0)
          : textOf(value);
    }
    return row;
  });
  return { rows, custom: schema.meta?.custom ?? {} };
}

function nanosecondsOf(ms: number, nanos: number): string {
  return String(BigInt(Math.trunc(ms)) * 1_000_000n + BigInt(Math.trunc(nanos)));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
