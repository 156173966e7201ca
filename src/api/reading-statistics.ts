// A snapshot of rollups for one request, which rolls up first what is left to be: what was told last is to be seen, though
// no batch comes after it.
import { messageOf } from '../error-message.ts';
import type { StoreClient } from '../store/client.ts';
import { inTransaction } from '../store/client.ts';
import { readStaleFrom } from '../store/read-rollups.ts';
import { rollUp } from '../store/roll-up.ts';
import type { ApiDeps } from './deps.ts';
import type { StatisticsSpan, StepsSpan } from './statistics-span.ts';

const statementTimeoutMs = 5_000;
/**
 * Nobody waits for more than a few small minutes. Larger ones are for consumers, which store so much that they come again in a
 * second or two, and are made here only where nobody has come; and none is begun that would be given up half-way.
 */
const rolledUpFirst = {
  most: 3,
  onlyDue: true,
  timeoutMs: 500,
  leaves: { hoursAbove: 5_000, forMs: 10_000, longestMs: 250 },
};

/** What every answer says of the time that it is of. */
type AskedSpan = {
  from: string;
  until: string;
  bucketMs: number;
  countedUntil: string;
};

/** Of a range. */
export async function readingStatistics<T extends object>(
  deps: Pick<ApiDeps, 'connect' | 'report'>,
  spans: StatisticsSpan,
  work: (client: StoreClient) => Promise<T>,
): Promise<AskedSpan & { range: StatisticsSpan['range'] } & T> {
  return { range: spans.range, ...(await readingSteps(deps, spans, work)) };
}

/** Of any span in steps. */
export function readingSteps<T extends object>(
  deps: Pick<ApiDeps, 'connect' | 'report'>,
  spans: Pick<StepsSpan, 'span' | 'bucketMs'>,
  work: (client: StoreClient) => Promise<T>,
): Promise<AskedSpan & T> {
  return deps.connect(async (client) => {
    await rollUpFirst(client, deps);
    return inTransaction(client, { access: 'read', timeoutMs: statementTimeoutMs }, async () => {
      const { fromMs, untilMs } = spans.span;
      const until = new Date(untilMs).toISOString();
      const asked = {
        from: new Date(fromMs).toISOString(),
        until,
        bucketMs: spans.bucketMs,
        countedUntil: (await readStaleFrom(client, spans.span)) ?? until,
      };
      return { ...asked, ...(await work(client)) };
    });
  });
}

/** The answer says how far it counts: one that could not roll up is older, and right. */
async function rollUpFirst(client: StoreClient, deps: Pick<ApiDeps, 'report'>): Promise<void> {
  try {
    await rollUp(client, rolledUpFirst);
  } catch (error) {
    deps.report('Statistics were read before the last minutes could be rolled up.', {
      error: messageOf(error),
    });
  }
}
