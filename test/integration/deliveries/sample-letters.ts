// Records of a delivery that failed, died or arrived, written by hand.
import {
  type AttemptRecord,
  type DeadLetterRecord,
  deadLetterRecordSchema,
} from '../../../src/store/record.ts';
import { at, sampleAttempt, sampleEvent } from '../store/sample-records.ts';

export const body = Buffer.from('{"spaced":  "as it came\u0000, žluťoučký"}').toString('base64');

export function deadLetter(
  { event, arrival, delivery, attempt }: AttemptRecord,
  given: { atMs: number; toldAtMs?: number; request?: DeadLetterRecord['request'] },
): DeadLetterRecord {
  return deadLetterRecordSchema.parse({
    v: 1,
    type: 'dead_letter',
    event,
    arrival,
    delivery,
    death: {
      at: at(given.atMs),
      ...(given.toldAtMs === undefined ? {} : { toldAt: at(given.toldAtMs) }),
      reason: 'attempts_used_up',
      firstAttemptAt: attempt.startedAt,
      status: attempt.status,
      error: attempt.error,
    },
    destination: attempt.destination,
    request: given.request ?? {
      kept: 'here',
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ['idempotency-key', delivery.id],
      ],
      body,
    },
  });
}

export async function failed(id: string, number = 1): Promise<AttemptRecord> {
  const event = await sampleEvent({ id, atMs: 0, createdAt: `2026-11-24T12:00:00.${id.length}` });
  const { ended } = await sampleAttempt(event, {
    job: 'charge-card',
    startMs: 100 * number,
    endMs: 100 * number + 50,
    outcome: 'failed',
    number,
    retries: { current: 3, max: 3 },
  });
  return ended;
}

export async function delivered(attempt: AttemptRecord): Promise<AttemptRecord> {
  const { ended } = await sampleAttempt(attempt.event, {
    job: 'charge-card',
    startMs: 90_000,
    endMs: 90_100,
    number: 9,
  });
  return ended;
}
