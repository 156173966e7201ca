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
  type GradingRow,
  type LinkRow,
  lockEventsToGrade,
  mostAboutRows,
  readGradingRows,
  replaceLinks,
  type StoredContextAttempt,
  type StoredSpan,
} from '../store/grading.ts';
import { findJobsToJudge, type JobFound, type JobKey, noteJobs, readJobs } from '../store/jobs.ts';
import { joinTraces } from '../store/join-traces.ts';
import type { EventKey, Rows } from '../store/rows.ts';

type Brought = Pick<Rows, 'events' | 'deliveries' | 'attempts'>;

/** What the batch says of jobs, in a transaction between the one that stores and the one that judges. */
export async function noteHabits(client: StoreClient, rows: Brought): Promise<void> {
  if (rows.events.length > 0) await noteJobs(client, keysOf(rows));
}

/**
 * Runs in the caller's transaction, after another one has committed `rows`. Locks are taken in one order,
 * events, jobs, traces, each by ascending key, so that consumers cannot deadlock.
 * @returns the events that were judged
 */
export async function gradeTouched(client: StoreClient, rows: Brought): Promise<EventKey[]> {
  if (rows.events.length === 0) return [];
  const { events, hopIds } = keysOf(rows);
  const jobs = await findJobsToJudge(client, { events, hopIds });
  const keys = await lockEventsToGrade(client, {
    events,
    hopIds,
    attemptIds: rows.attempts.map((attempt) => attempt.id),
    jobs,
    longestRunMs,
  });
  const links: LinkRow[] = [];
  for (const { row, facts } of await readFacts(client, keys, jobs)) {
    const grade = judgeEvent(facts);
    if (grade) links.push(linkOf(row, grade));
  }
  await replaceLinks(client, keys, links);
  await joinTraces(client, keys);
  return keys;
}

function keysOf(rows: Brought): { events: EventKey[]; hopIds: string[] } {
  return {
    events: rows.events.map(({ source, id }) => ({ source, id })),
    hopIds: rows.deliveries.map((delivery) => delivery.hop_id),
  };
}

async function readFacts(
  client: StoreClient,
  keys: readonly EventKey[],
  jobs: readonly JobFound[],
): Promise<{ row: GradingRow; facts: JudgeFacts }[]> {
  const rows = await readGradingRows(client, keys, longestRunMs);
  const byKey = new Map(rows.map((row) => [textOf(row), row]));
  const mates = new Map<string, EventKey>();
  for (const { mate } of rows) if (mate && !byKey.has(textOf(mate))) mates.set(textOf(mate), mate);
  if (mates.size > 0) {
    const more = await readGradingRows(client, [...mates.values()], longestRunMs);
    for (const row of more) byKey.set(textOf(row), row);
  }
  const habits = await readHabits(client, rows, jobs);
  const gradeOf = (mate: EventKey): Grade | null => {
    const row = byKey.get(textOf(mate));
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
    for (const { job } of aboutRows ?? []) keys.set(`${source}\0${job}`, { source, name: job });
  }
  const jobs = await readJobs(client, [...keys.values()], toJudge);
  return new Map(
    jobs.map(({ source, name, writesIdsSince }) => [
      `${source}\0${name}`,
      writesIdsSince === null ? null : microsMs(writesIdsSince),
    ]),
  );
}

function inContextOf({ inContext }: GradingRow): ContextAttempt[] | null {
  return inContext && inContext.map(contextAttemptOf);
}

function contextAttemptOf(attempt: StoredContextAttempt): ContextAttempt {
  return {
    ...spanOf(attempt),
    deliveryId: attempt.deliveryId,
    traceId: attempt.traceId,
    eventWrittenAtMs: microsMs(attempt.eventWrittenAt),
  };
}

function aboutRowsOf(
  row: GradingRow,
  habits: ReadonlyMap<string, number | null>,
): AboutRow[] | null {
  if (row.aboutRows === null || row.aboutRows.length >= mostAboutRows) return null;
  return row.aboutRows.map((attempt) => ({
    ...contextAttemptOf(attempt),
    isSameRow: attempt.isSameRow,
    writesIdsSinceMs: habits.get(`${row.source}\0${attempt.job}`) ?? null,
  }));
}

function linkOf(row: GradingRow, grade: Grade): LinkRow {
  return {
    source: row.source,
    event_id: row.id,
    evidence: grade.evidence,
    rule: grade.rule,
    reason: grade.reason,
    correlation_id: grade.correlationId,
    cause_trace_id: grade.delivery?.traceId ?? null,
    cause_delivery_id: grade.delivery?.id ?? null,
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
    writtenAtMs: microsMs(row.createdAt),
    transactionNamesAnother: row.transactionNamesAnother,
    isMoved: row.isMoved,
    isCarriedOn: row.isCarriedOn,
    deliveries: row.named.map((delivery) => ({
      deliveryId: delivery.deliveryId,
      traceId: delivery.traceId,
      correlationId: delivery.correlationId,
      attempts: delivery.attempts.map(spanOf),
    })),
  };
}

function spanOf(attempt: StoredSpan): AttemptSpan {
  return {
    startedAtMs: microsMs(attempt.startedAt),
    endedAtMs: attempt.endedAt === null ? null : microsMs(attempt.endedAt),
    status: attempt.status,
    worksInBackground: attempt.worksInBackground,
  };
}

function textOf(key: EventKey): string {
  return `${key.source}\0${key.id}`;
}

/** Milliseconds with three more digits behind the point: Date.parse alone would cut them off. */
function microsMs(time: string): number {
  return Date.parse(time) + Number(time.slice(-4, -1)) / 1_000;
}
