// Records of an hour and a half in which all that rollups count happens, in any mixture.
import type { DeadLetterRecord, RecordMessage } from '../../../src/store/record.ts';
import { at, sampleAttempt, sampleEvent, startMs } from './sample-records.ts';

const minute = 60_000;

/** A whole hour, four hours ago, as the samples count: rollups are made of what is recent. */
export const hourMs = Math.floor((Date.now() - 4 * 3_600_000) / 3_600_000) * 3_600_000 - startMs;

/** The same numbers each time. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

export async function letterOf(
  record: { event: RecordMessage & object } | Awaited<ReturnType<typeof sampleAttempt>>['ended'],
  deadMs: number,
  toldMs = deadMs,
): Promise<DeadLetterRecord> {
  const { event, arrival, delivery, attempt } = record as Awaited<
    ReturnType<typeof sampleAttempt>
  >['ended'];
  return {
    v: 1,
    type: 'dead_letter',
    event,
    arrival,
    delivery,
    death: {
      at: at(deadMs),
      toldAt: at(toldMs),
      reason: 'attempts_used_up',
      firstAttemptAt: attempt.startedAt,
      status: 500,
      error: 'The destination answered 500.',
    },
    destination: attempt.destination,
    request: { kept: 'here', method: 'POST', headers: [], body: null },
  };
}

/** Events of two triggers, by people and by nobody, some of which cause another, with retries minutes apart, ends that are told or not, and deaths. */
export async function sampleDay(random: () => number, events: number): Promise<RecordMessage[]> {
  const records: RecordMessage[] = [];
  const pick = <T>(...list: T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let n = 0; n < events; n += 1) {
    const atMs = hourMs + 30 * minute + Math.floor(random() * 60 * minute);
    const isWebhook = random() < 0.2;
    const event = await sampleEvent({
      id: `event-${n}`,
      atMs,
      rowKey: String(n),
      trigger: pick('order_placed', 'stock_low'),
      actor: pick('jane@example.com', 'legacy-import', null),
      ...(isWebhook && { kind: 'webhook', op: null, table: null, actor: null, trigger: null }),
    });
    for (const job of pick(['charge-card'], ['charge-card', 'send-mail'])) {
      let start = atMs + Math.floor(random() * 2_000);
      const tries = pick(1, 1, 2, 3);
      for (let number = 1; number <= tries; number += 1) {
        const isLast = number === tries;
        const length = pick(0, 1, 40, 900, 70_000, 200_000);
        const outcome = isLast
          ? pick('delivered', 'delivered', 'cancelled')
          : pick('failed', 'timed_out', 'unreachable');
        const { running, ended, correlationId } = await sampleAttempt(event, {
          job,
          startMs: start,
          endMs: start + length,
          number,
          outcome,
          status: outcome === 'failed' ? pick(500, 429) : outcome === 'delivered' ? 200 : null,
        });
        records.push(running);
        if (random() < 0.9) records.push(ended);
        // It writes the row, and says so or not: a certain link, or a weak one that joins two cascades.
        if (isLast && !isWebhook && random() < 0.8) {
          const caused = await sampleEvent({
            id: `event-${n}-${job}`,
            atMs: start + Math.floor(length / 2),
            trigger: 'order_shipped',
            rowKey: String(n),
            ...(job === 'charge-card'
              ? {
                  actor: correlationId,
                  sessionCorrelationId: correlationId,
                  traceId: event.traceId,
                  startsTrace: false,
                }
              : { actor: null, previousActor: null }),
          });
          const { ended: told } = await sampleAttempt(caused, {
            job: 'pack',
            startMs: start + length + 20,
            endMs: start + length + 30,
          });
          records.push(told);
        }
        if (isLast && random() < 0.3) {
          records.push(await letterOf(ended, start + length));
          // It is replayed and dies again.
          if (random() < 0.5) records.push(await letterOf(ended, start + length + 5 * minute));
        }
        start += length + pick(100, minute, 7 * minute);
      }
    }
  }
  return records;
}
