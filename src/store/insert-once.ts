// Writes what no index of the tables keeps from being stored twice: attempts and further arrivals. Whoever brings one holds
// its event's row, or its webhook's place, to the end of the transaction (insert.ts), and each statement here sees all that
// was committed before: so what is not there is stored by nobody else meanwhile.
import type { StoreClient } from './client.ts';
import type { CompactRows } from './compact-rows.ts';
import { type DeliveryKey, type EventKey, keyText, tracesOf } from './refs.ts';
import { arrayRows, arraysOf, namesIn, parameterAfter } from './row-arrays.ts';
import { isOfTraces } from './sql.ts';
import { storableJson } from './storable-json.ts';

/** An event that the batch has written, with the arrival that stays with it. */
export type WrittenEvent = EventKey & { arrivalId: string };
export type WrittenDelivery = DeliveryKey & { eventRef: string };

const insertArrivals = `
  insert into arrivals (trace_id, event_ref, id, at, current_retry, max_retries)
  select r.trace_id, r.event_ref, r.id, r.at, r.current_retry, r.max_retries
  from json_to_recordset($1::json) as r (
    trace_id uuid, event_ref bigint, id uuid, at timestamptz, current_retry integer, max_retries integer)
  join events e on e.trace_id = r.trace_id and e.ref = r.event_ref
  where e.arrival_id <> r.id and ${isOfTraces('e', '$2')} and not exists (
    select from arrivals a where a.trace_id = r.trace_id and a.event_ref = r.event_ref and a.id = r.id
      and ${isOfTraces('a', '$2')} offset 0)`;

const attemptColumns = {
  trace_id: 'uuid',
  delivery_ref: 'bigint',
  id: 'uuid',
  started_at: 'timestamptz',
  ended_at: 'timestamptz',
  late_row_ref: 'bigint',
  destination: 'integer',
  status: 'integer',
  outcome: '"char"',
  degraded: 'boolean',
  works_in_background: 'boolean',
  error: 'text',
  answer: 'text',
  skipped: 'jsonb',
};
const attemptNames = namesIn(attemptColumns);

const insertNew = `
  insert into attempts (${attemptNames}) select ${attemptNames} from ${arrayRows(attemptColumns)}`;

const ofTheirTraces = (a: string): string => isOfTraces(a, parameterAfter(attemptColumns));

/** Told twice, as running and as ended, in any order: the end stays. After the rows, their traces. */
const insertOrEnd = `
  with brought as materialized (select r.* from ${arrayRows(attemptColumns)}),
  known as materialized (
    select a.trace_id, a.delivery_ref, a.id, a.ended_at
    from brought r cross join lateral (
      select x.* from attempts x
      where x.trace_id = r.trace_id and x.delivery_ref = r.delivery_ref and x.id = r.id
        and ${ofTheirTraces('x')} limit 1) a),
  ended as (
    update attempts a set
      ended_at = r.ended_at, status = r.status, outcome = r.outcome, error = r.error, answer = r.answer,
      works_in_background = r.works_in_background
    from brought r join known k using (trace_id, delivery_ref, id)
    where a.trace_id = r.trace_id and a.delivery_ref = r.delivery_ref and a.id = r.id
      and ${ofTheirTraces('a')} and k.ended_at is null and r.ended_at is not null)
  insert into attempts (${attemptNames})
  select ${attemptNames} from brought r
  where not exists (
    select from known k where (k.trace_id, k.delivery_ref, k.id) = (r.trace_id, r.delivery_ref, r.id))`;

/**
 * Must run after the batch's events and deliveries are written, in the same transaction.
 * @param written deliveries that were not there before: neither was any attempt of theirs
 */
export async function insertAttempts(
  client: StoreClient,
  attempts: CompactRows['attempts'],
  written: readonly WrittenDelivery[],
): Promise<void> {
  const fresh = new Set(written.map(keyText));
  const [ofNew, ofKnown] = [true, false].map((isNew) =>
    attempts.filter(
      ({ trace_id, delivery_ref }) =>
        fresh.has(keyText({ traceId: trace_id, ref: delivery_ref })) === isNew,
    ),
  );
  if (ofNew && ofNew.length > 0) await client.query(insertNew, arraysOf(attemptColumns, ofNew));
  if (ofKnown && ofKnown.length > 0) {
    const traces = [...new Set(ofKnown.map(({ trace_id }) => trace_id))];
    await client.query(insertOrEnd, [...arraysOf(attemptColumns, ofKnown), traces]);
  }
}

/** All but those that stay with their events: of events that the batch has written, that is known. */
export async function insertFurtherArrivals(
  client: StoreClient,
  compact: CompactRows,
  written: readonly WrittenEvent[],
): Promise<void> {
  const own = new Set(written.map((event) => `${keyText(event)} ${event.arrivalId}`));
  const further = compact.arrivals.filter(
    ({ trace_id, event_ref, id }) => !own.has(`${trace_id} ${event_ref} ${id}`),
  );
  if (further.length === 0) return;
  await client.query(insertArrivals, [storableJson(further), tracesOf(compact.events)]);
}
