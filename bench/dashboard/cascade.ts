// A cascade of any number of hops in the API's own shape, the same for the same number: fan-outs of alike jobs,
// chains, retries, dead letters, weak links, skipped destinations. Nothing random, nothing asked.
import type {
  ActorView,
  AttemptView,
  DeliveryView,
  EventView,
  LinkView,
  TraceDetail,
} from '../../src/api/views.ts';

export const benchTraceId = '0199a3f2-7c41-8b7e-9a10-5f0000000000';
const startMs = Date.parse('2026-11-24T14:32:07.412Z');

/** A hop's job, its table, and what its writes trigger. */
const jobs = [
  { job: 'sync-stock', table: 'stock', trigger: 'stock_changed' },
  { job: 'send-receipt', table: 'emails', trigger: 'email_created' },
  { job: 'charge-card', table: 'payments', trigger: 'payment_made' },
  { job: 'ship-order', table: 'shipments', trigger: 'shipment_created' },
  { job: 'refresh-search', table: 'search_entries', trigger: 'entry_written' },
  { job: 'notify-supplier', table: 'notices', trigger: 'notice_sent' },
  { job: 'update-prices', table: 'prices', trigger: 'price_set' },
] as const;
const dana: ActorView = { kind: 'user', value: 'dana@acme.io', name: 'dana@acme.io' };

function at(ms: number): string {
  return new Date(startMs + ms).toISOString();
}

/** Spreads numbers without order in them: the same for the same number. */
function scattered(index: number): number {
  return (Math.imul(index + 1, 2_654_435_761) >>> 0) / 2 ** 32;
}

function hex(index: number, digits: number): string {
  return Math.floor(scattered(index) * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
    .repeat(Math.ceil(digits / 8))
    .slice(0, digits - 6)
    .concat(index.toString(16).padStart(6, '0'));
}

/**
 * Hop 0 is of the first write; each other hop is of a row that an earlier one wrote: half of them of a few hops with
 * wide fan-outs, half of the hops before them, so that depth grows as well.
 */
function causeOf(index: number): number {
  if (index % 2 === 0) return Math.floor(index / 400) * 200;
  return Math.floor(scattered(index) * Math.min(index, 4_000)) + Math.max(0, index - 4_000);
}

function attemptsOf(index: number, id: string, job: string, fromMs: number): AttemptView[] {
  const fate = scattered(index * 7 + 3);
  const tries = fate < 0.01 ? 3 : fate < 0.06 ? 2 : 1;
  const isDead = fate < 0.01;
  let cursorMs = fromMs;
  return Array.from({ length: tries }, (_, number): AttemptView => {
    const tookMs = 20 + scattered(index * 11 + number) ** 4 * 2_000;
    const failed = isDead || number < tries - 1;
    const isOver = fate > 0.03 && fate < 0.04 && number === tries - 1;
    const attempt: AttemptView = {
      id: `${id}-${number}`,
      destination: `https://${isOver ? 'eu' : 'us'}.jobs.example.com/${job}`,
      startedAt: at(cursorMs),
      endedAt: at(cursorMs + tookMs),
      durationMs: tookMs,
      status: failed ? 503 : 200,
      outcome: failed ? 'failed' : 'delivered',
      error: failed ? 'The destination answered 503.' : null,
      answer: null,
      degraded: false,
      worksInBackground: false,
      skipped:
        fate > 0.97
          ? [{ destination: `https://ap.jobs.example.com/${job}`, why: 'circuit_open' }]
          : [],
    };
    cursorMs += tookMs + 500 * (number + 1);
    return attempt;
  });
}

/** @param hops at least 1; as many events */
export function benchCascade(hops: number): TraceDetail {
  const events: EventView[] = [];
  const deliveries: DeliveryView[] = [];
  const endsMs: number[] = [];
  let [attemptCount, failed, weakLinks, lastMs] = [0, 0, 0, 0];
  for (let index = 0; index < hops; index++) {
    const cause = index === 0 ? -1 : causeOf(index);
    const isWide = index % 2 === 0;
    const kind = jobs[isWide ? Math.floor(index / 400) % 3 : index % jobs.length] ?? jobs[0];
    const writtenMs = cause === -1 ? 0 : (endsMs[cause] ?? 0) - 2 - (index % 7);
    const eventId = `${hex(index, 8)}-0000-4000-8000-${hex(index + 500_000, 12)}`;
    const causeId = deliveries[cause]?.id ?? null;
    const isWeak = cause !== -1 && scattered(index * 13 + 5) < 0.01;
    if (isWeak) weakLinks++;
    const link: LinkView | null =
      causeId === null
        ? null
        : {
            evidence: isWeak ? 'weak' : 'certain',
            rule: isWeak ? 'row_and_time' : 'value',
            reason: isWeak
              ? 'Written while exactly one delivery about the row was under way.'
              : 'The row names the delivery.',
            correlationId: isWeak ? null : `t.${kind.job}.${eventId}`,
            deliveryId: causeId,
          };
    events.push({
      id: eventId,
      source: 'shop',
      kind: 'hasura',
      trigger: cause === -1 ? 'order_paid' : kind.trigger,
      table: { schema: 'public', name: cause === -1 ? 'orders' : kind.table },
      op: cause === -1 ? 'UPDATE' : index % 3 === 0 ? 'UPDATE' : 'INSERT',
      rowKey: String(42 + index),
      actor: cause === -1 ? dana : { kind: 'system', value: kind.job, name: kind.job },
      createdAt: at(writtenMs),
      arrivedAt: at(writtenMs + 12),
      arrivals: 1,
      traceId: benchTraceId,
      changeId: `change-${index}`,
      changes: [{ column: 'status', old: 'pending', new: `step ${index % 5}` }],
      payloadKept: true,
      payloadRemovedAt: null,
      sessionVariables: cause === -1 ? { 'x-hasura-role': 'support' } : null,
      cause: link,
    });
    const id = hex(index + 1_000_000, 64);
    const attempts = attemptsOf(index, id, kind.job, writtenMs + 15 + (index % 40));
    const first = attempts[0]?.startedAt ?? at(writtenMs);
    const last = attempts.at(-1)?.endedAt ?? first;
    const isDead = attempts.at(-1)?.outcome === 'failed';
    if (isDead) failed++;
    attemptCount += attempts.length;
    const endMs = Date.parse(last) - startMs;
    endsMs.push(endMs);
    lastMs = Math.max(lastMs, endMs);
    deliveries.push({
      id,
      source: 'shop',
      eventId,
      traceId: benchTraceId,
      job: kind.job,
      target: `https://us.jobs.example.com/${kind.job}`,
      algorithm: 'pass-through',
      isRollout: null,
      correlationId: `${kind.trigger}.${kind.job}.${eventId}`,
      state: isDead ? 'dead' : 'delivered',
      startedAt: first,
      endedAt: last,
      durationMs: Date.parse(last) - Date.parse(first),
      rerunOf: null,
      reruns: [],
      attempts,
    });
  }
  const root = events[0];
  return {
    trace: {
      id: benchTraceId,
      source: 'shop',
      startedAt: at(0),
      endedAt: at(lastMs),
      durationMs: lastMs,
      state: failed > 0 ? 'failed' : 'delivered',
      root: root
        ? {
            actor: root.actor,
            kind: 'hasura',
            table: root.table,
            op: root.op,
            rowKey: root.rowKey,
            changes: root.changes,
          }
        : null,
      events: hops,
      deliveries: hops,
      attempts: attemptCount,
      failed,
      dead: 0,
      weakLinks,
      shape: [hops],
    },
    events,
    deliveries,
    loops: [],
    triggers: [],
  };
}
