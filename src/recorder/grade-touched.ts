// Judges every event that a batch says something new about: facts from the store, verdicts from
// `causes`, links back to the store. It has no opinion of its own.
import { type GradeFacts, gradeLink } from '../causes/grade-link.ts';
import type { StoreClient } from '../store/client.ts';
import {
  type GradingRow,
  type LinkRow,
  lockEventsToGrade,
  readGradingRows,
  replaceLinks,
} from '../store/grading.ts';
import type { Rows } from '../store/rows.ts';

/** Runs in the caller's transaction, after another one has committed `rows`. */
export async function gradeTouched(
  client: StoreClient,
  rows: Pick<Rows, 'events' | 'deliveries'>,
): Promise<void> {
  if (rows.events.length === 0) return;
  const keys = await lockEventsToGrade(client, {
    events: rows.events.map(({ source, id }) => ({ source, id })),
    hopIds: rows.deliveries.map((delivery) => delivery.hop_id),
  });
  const links: LinkRow[] = [];
  for (const row of await readGradingRows(client, keys)) {
    const link = linkOf(row);
    if (link) links.push(link);
  }
  await replaceLinks(client, keys, links);
}

function linkOf(row: GradingRow): LinkRow | null {
  const grade = gradeLink(factsOf(row));
  return (
    grade && {
      source: row.source,
      event_id: row.id,
      evidence: grade.evidence,
      rule: grade.rule,
      reason: grade.reason,
      correlation_id: grade.correlationId,
      cause_trace_id: grade.delivery?.traceId ?? null,
      cause_delivery_id: grade.delivery?.id ?? null,
    }
  );
}

function factsOf(row: GradingRow): GradeFacts {
  return {
    op: row.op,
    actor: row.actor,
    previousActor: row.previousActor,
    sessionCorrelationId: row.sessionCorrelationId,
    sessionUser: row.sessionUser,
    traceId: row.traceId,
    startsTrace: row.startsTrace,
    writtenAtMs: microsMs(row.createdAt),
    transactionNamesAnother: row.transactionNamesAnother,
    isMoved: row.isMoved,
    deliveries: row.named.map((delivery) => ({
      deliveryId: delivery.deliveryId,
      traceId: delivery.traceId,
      correlationId: delivery.correlationId,
      attempts: delivery.attempts.map((attempt) => ({
        startedAtMs: microsMs(attempt.startedAt),
        endedAtMs: attempt.endedAt === null ? null : microsMs(attempt.endedAt),
        status: attempt.status,
      })),
    })),
  };
}

/** Milliseconds with three more digits behind the point: Date.parse alone would cut them off. */
function microsMs(time: string): number {
  return Date.parse(time) + Number(time.slice(-4, -1)) / 1_000;
}
