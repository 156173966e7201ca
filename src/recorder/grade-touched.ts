// Judges every event that a batch says something new about: facts from the store, verdicts from
// `causes`, links back to the store. It has no opinion of its own.
import { type Grade, type GradeFacts, gradeLink } from '../causes/grade-link.ts';
import {
  type AboutRow,
  type ContextAttempt,
  judgeEvent,
  type JudgeFacts,
} from '../causes/judge-event.ts';
import { type AttemptSpan, longestRunMs } from '../causes/under-way.ts';
import type { StoreClient } from '../store/client.ts';
import {
  firstNear,
  lockEventsToGrade,
  mostAboutRows,
  readGradingRows,
  readMates,
} from '../store/grading.ts';
import type {
  EventToGrade,
  GradingRow,
  NamingEvent,
  StoredContextAttempt,
  StoredSpan,
} from '../store/grading-rows.ts';
import { findJobsToJudge, type JobFound, type JobKey, noteJobs, readJobs } from '../store/jobs.ts';
import { type IdSpan, spanFrom } from '../store/id-span.ts';
import { joinTraces } from '../store/join-traces.ts';
import { type LinkRow, replaceLinks } from '../store/links.ts';
import type { StoredKeys } from '../store/insert.ts';
import { type EventKey, keyText } from '../store/refs.ts';
import type { Rows } from '../store/rows.ts';

/** What a batch brought: its rows, and the keys that they are stored under. */
export type Brought = { rows: Pick<Rows, 'events' | 'attempts'>; keys: StoredKeys };

/** What the batch says of jobs, in a transaction between the one that stores and the one that judges. */
export async function noteHabits(client: StoreClient, { keys }: Brought): Promise<void> {
  if (keys.events.length === 0) return;
  await noteJobs(client, keys, await spanFrom(client, firstNear(keys.events, [])));
}

/**
 * Runs in the caller's transaction, after another one has committed `rows`. Locks are taken in one order,
 * events, jobs, traces, each by ascending key, so that consumers cannot deadlock.
 * @returns the events that were judged, and the traces that are joined otherwise since
 */
export async function gradeTouched(
  client: StoreClient,
  { rows, keys: brought }: Brought,
): Promise<{ keys: EventKey[]; joined: string[] }> {
  if (brought.events.length === 0) return { keys: [], joined: [] };
  const jobs = await findJobsToJudge(client, brought);
  const timesMs = [
    ...rows.events.map((event) => Date.parse(event.created_at)),
    ...rows.attempts.map((attempt) => Date.parse(attempt.started_at)),
    ...jobs.map((job) => Date.parse(job.writesIdsSince)),
  ];
  const keys = await lockEventsToGrade(client, {
    ...brought,
    jobs,
    longestRunMs,
    span: await spanFrom(client, firstNear(brought.events, timesMs)),
  });
  const links: LinkRow[] = [];
  const span = await spanFrom(client, firstNear(keys, timesMs));
  for (const { row, facts } of await readFacts(client, keys, span, jobs)) {
    const grade = judgeEvent(facts);
    if (grade) links.push(linkOf(row, grade));
  }
  // Without what they name, which nobody asks from here on: they are sent again and again.
  const judged = keys.map(({ traceId, ref }) => ({ traceId, ref }));
  await replaceLinks(client, judged, links);
  return { keys: judged, joined: await joinTraces(client, judged) };
}

async function readFacts(
  client: StoreClient,
  keys: readonly EventToGrade[],
  span: IdSpan,
  jobs: readonly JobFound[],
): Promise<{ row: GradingRow; facts: JudgeFacts }[]> {
  const rows = await readGradingRows(client, keys, span, longestRunMs);
  const byKey = new Map(rows.map((row) => [keyText(row), row]));
  const mates = new Map<string, NamingEvent>();
  for (const { mate } of rows)
    if (mate && !byKey.has(keyText(mate))) mates.set(keyText(mate), mate);
  for (const row of await readMates(client, [...mates.values()], span, longestRunMs)) {
    byKey.set(keyText(row), row);
  }
  const habits = await readHabits(client, rows, jobs);
  const gradeOf = (mate: EventKey): Grade | null => {
    const row = byKey.get(keyText(mate));
    return row ? gradeLink(factsOf(row)) : null;
  };
  return rows.map((row) => ({
    row,
    facts: {
      ...factsOf(row),
      mate: row.mate && gradeOf(row.mate),
      inContext: inContextOf(row),
      aboutRows: aboutRowsOf(row, habits),
    },
  }));
}

/** Since when each job under way about one of the rows writes its IDs, by source and name. */
async function readHabits(
  client: StoreClient,
  rows: readonly GradingRow[],
  toJudge: readonly JobFound[],
): Promise<Map<string, number | null>> {
  const keys = new Map<string, JobKey>();
  for (const { source, aboutRows } of rows) {
    for (const { job } of aboutRows ?? []) keys.set(`${source} ${job}`, { source, name: job });
  }
  const jobs = await readJobs(client, [...keys.values()], toJudge);
  return new Map(
    jobs.map(({ source, name, writesIdsSinceMs }) => [`${source} ${name}`, writesIdsSinceMs]),
  );
}

function inContextOf({ inContext }: GradingRow): ContextAttempt[] | null {
  return inContext && inContext.map(contextAttemptOf);
}

function contextAttemptOf(attempt: StoredContextAttempt): ContextAttempt {
  const { span, deliveryRef, traceId, eventWrittenAtMs } = attempt;
  return { ...spanOf(span), deliveryId: deliveryRef, traceId, eventWrittenAtMs };
}

function aboutRowsOf(
  row: GradingRow,
  habits: ReadonlyMap<string, number | null>,
): AboutRow[] | null {
  if (row.aboutRows === null || row.aboutRows.length >= mostAboutRows) return null;
  return row.aboutRows.map((attempt) => ({
    ...contextAttemptOf(attempt),
    isSameRow: attempt.isSameRow,
    writesIdsSinceMs: habits.get(`${row.source} ${attempt.job}`) ?? null,
  }));
}

function linkOf(row: GradingRow, grade: Grade): LinkRow {
  return {
    traceId: row.traceId,
    ref: row.ref,
    evidence: grade.evidence,
    rule: grade.rule,
    reason: grade.reason,
    correlation_id: grade.correlationId,
    cause: grade.delivery && { traceId: grade.delivery.traceId, ref: grade.delivery.id },
  };
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
    writtenAtMs: row.createdAtMs,
    transactionNamesAnother: row.transactionNamesAnother,
    isMoved: row.isMoved,
    isCarriedOn: row.isCarriedOn,
    deliveries: row.named.map((delivery) => ({
      deliveryId: delivery.deliveryRef,
      traceId: delivery.traceId,
      correlationId: delivery.correlationId,
      attempts: delivery.attempts.map(spanOf),
    })),
  };
}

function spanOf([startedAtMs, endedAtMs, status, worksInBackground]: StoredSpan): AttemptSpan {
  return { startedAtMs, endedAtMs, status, worksInBackground };
}
