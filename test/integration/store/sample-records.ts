// Records as the edge would send them, for a cascade that is written by hand: a person's order, a job it
// caused, the job's own write, and so on. Ids are derived by the correlation core, as at the edge.
import { deriveDelivery, deriveTraceId } from '../../../src/correlation/derive.ts';
import { formatHopId } from '../../../src/correlation/correlation-id.ts';
import { hopUuid } from '../../../src/correlation/trace-uuid.ts';
import type { AttemptRecord, EventFacts } from '../../../src/store/record.ts';

export const source = 'shop';
export const startMs = Date.parse('2026-11-24T12:00:00.000Z');

/** RFC 3339, `ms` after the cascade's start. */
export const at = (ms: number): string => new Date(startMs + ms).toISOString();

export type SampleEvent = Partial<EventFacts> & { id: string; atMs: number };

/** An event's facts: an UPDATE of public.orders by jane, unless told otherwise. */
export async function sampleEvent(given: SampleEvent): Promise<EventFacts> {
  const { atMs, ...facts } = given;
  const createdAt = facts.createdAt ?? at(atMs).replace('Z', '123');
  const actor = facts.actor === undefined ? 'jane@example.com' : facts.actor;
  return {
    source,
    kind: 'hasura',
    trigger: 'order_placed',
    table: { schema: 'public', name: 'orders' },
    op: 'UPDATE',
    rowKey: '42',
    createdAt,
    writtenAt: null,
    actor,
    previousActor: 'ann@example.com',
    sessionCorrelationId: null,
    sessionUser: null,
    sessionVariables: { 'x-hasura-role': 'user' },
    contextTraceId: null,
    traceId: await deriveTraceId({ source, cause: actor ?? '', createdAt }),
    startsTrace: true,
    old: { id: 42, status: 'pending' },
    new: { id: 42, status: 'paid' },
    payloadKept: true,
    ...facts,
  };
}

export type Sample = { running: AttemptRecord; ended: AttemptRecord; correlationId: string };

/** One attempt of one delivery of an event, as it is told twice. */
export async function sampleAttempt(
  event: EventFacts,
  given: {
    job: string;
    startMs: number;
    endMs: number;
    number?: number;
    outcome?: AttemptRecord['attempt']['outcome'];
    status?: number | null;
    retries?: { current: number; max: number };
  },
): Promise<Sample> {
  const target = `https://jobs.example.com/${given.job}`;
  const { deliveryId, hop } = await deriveDelivery({
    source: event.source,
    eventId: event.id,
    target,
  });
  const hopId = hopUuid(event.traceId, hop);
  const correlationId = formatHopId(event.trigger ?? 'webhook', given.job, hopId);
  const number = given.number ?? 1;
  const drawn = async (what: string): Promise<string> => {
    const { deliveryId: text } = await deriveDelivery({
      source: what,
      eventId: event.id,
      target: `${given.job}${number}`,
    });
    return text.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
  };
  const running: AttemptRecord = {
    v: 1,
    type: 'attempt',
    event,
    arrival: {
      id: await drawn('arrival'),
      at: at(given.startMs),
      currentRetry: given.retries?.current ?? number - 1,
      maxRetries: given.retries?.max ?? 3,
    },
    delivery: {
      id: deliveryId,
      target,
      algorithm: 'pass-through',
      job: given.job,
      correlationId,
      hopId,
    },
    attempt: {
      id: await drawn('attempt'),
      destination: target,
      startedAt: at(given.startMs),
      endedAt: null,
      status: null,
      outcome: 'running',
      error: null,
      answer: null,
    },
  };
  const outcome = given.outcome ?? 'delivered';
  const ended: AttemptRecord = {
    ...running,
    attempt: {
      ...running.attempt,
      endedAt: at(given.endMs),
      status: given.status === undefined ? (outcome === 'delivered' ? 200 : 500) : given.status,
      outcome,
      error: outcome === 'delivered' ? null : 'The destination answered 500.',
      answer: 'done',
    },
  };
  return { running, ended, correlationId };
}

/** A person's write, a job, the job's write by session, another job, and its write by value. */
export async function sampleCascade(): Promise<{
  records: AttemptRecord[];
  traceId: string;
  first: Sample;
  second: Sample;
  third: Sample;
}> {
  const root = await sampleEvent({ id: 'event-1', atMs: 0 });
  const failed = await sampleAttempt(root, {
    job: 'charge-card',
    startMs: 100,
    endMs: 200,
    outcome: 'failed',
  });
  const first = await sampleAttempt(root, {
    job: 'charge-card',
    startMs: 1_000,
    endMs: 2_000,
    number: 2,
  });
  const paid = await sampleEvent({
    id: 'event-2',
    atMs: 1_500,
    trigger: 'payment_made',
    table: { schema: 'public', name: 'payments' },
    op: 'INSERT',
    actor: first.correlationId,
    previousActor: null,
    sessionCorrelationId: first.correlationId,
    traceId: root.traceId,
    startsTrace: false,
    old: null,
    new: { id: 7, amount: 12.5 },
  });
  const second = await sampleAttempt(paid, { job: 'send-receipt', startMs: 2_100, endMs: 3_000 });
  const mailed = await sampleEvent({
    id: 'event-3',
    atMs: 2_500,
    trigger: 'email_sent',
    table: { schema: 'public', name: 'emails' },
    actor: second.correlationId,
    traceId: root.traceId,
    startsTrace: false,
  });
  const third = await sampleAttempt(mailed, {
    job: 'refresh-search',
    startMs: 3_100,
    endMs: 4_000,
  });
  const records = [failed, first, second, third].flatMap(({ running, ended }) => [running, ended]);
  return { records, traceId: root.traceId, first, second, third };
}
