// Writes what no index of the tables keeps from being stored twice: attempts and further arrivals. Whoever brings one holds
// its event's row, or its webhook's place, to the end of the transaction (insert.ts), and each statement here sees all that
// was committed before: so what is not there is stored by nobody else meanwhile.
import type { StoreClient } from './client.ts';
import type { CompactRows } from './compact-rows.ts';
import { furtherArrivalsOf } from './further-arrivals.ts';
import { placeArrivals } from './place-arrivals.ts';
import { type DeliveryKey, type EventKey, keyText } from './refs.ts';
import { arrayRows, arraysOf, namesIn, parametersAfter } from './row-arrays.ts';
import { isBetween, isOfTraces } from './sql.ts';

/** An event that the batch has written, with the arrival that stays with it. */
export type WrittenEvent = EventKey & { arrivalId: string };
export type WrittenDelivery = DeliveryKey & { eventRef: string };

const arrivalColumns = {
  trace_id: 'uuid',
  event_ref: 'bigint',
  id: 'uuid',
  at: 'timestamptz',
  current_retry: 'integer',
  max_retries: 'integer',
};
const arrivalNames = namesIn(arrivalColumns);

const insertArrivals = `
  insert into arrivals (${arrivalNames}) select ${arrivalNames} from ${arrayRows(arrivalColumns)}`;

/** After the rows, the first and the last of their traces. */
const isNearArrivals = (x: string): string =>
  isBetween(`${x}.trace_id`, ...parametersAfter(arrivalColumns));

const findNewArrivals = `
  select r.id from ${arrayRows(arrivalColumns)}
  where not exists (
      select from events e
      where e.trace_id = r.trace_id and e.ref = r.event_ref and e.arrival_id = r.id and ${isNearArrivals('e')} offset 0)
    and not exists (
      select from ${furtherArrivalsOf('r.trace_id', 'r.event_ref', isNearArrivals)} f where f.id = r.id offset 0)`;

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
  arrival_id: 'uuid',
  arrived_before: 'integer',
  current_retry: 'smallint',
  max_retries: 'smallint',
};
const attemptNames = namesIn(attemptColumns);

const insertNew = `
  insert into attempts (${attemptNames}) select ${attemptNames} from ${arrayRows(attemptColumns)}`;

const ofTheirTraces = (a: string): string => isOfTraces(a, parametersAfter(attemptColumns)[0]);

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
      works_in_background = r.works_in_background, arrival_id = coalesce(a.arrival_id, r.arrival_id),
      arrived_before = coalesce(a.arrived_before, r.arrived_before),
      current_retry = coalesce(a.current_retry, r.current_retry), max_retries = coalesce(a.max_retries, r.max_retries)
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

/**
 * Stores what has come of events beside the arrivals that stay with them: each with an attempt that it brought, where the
 * batch has one, or by itself. Must run before the batch's attempts are written, and after its events and deliveries.
 * @returns the batch's attempts, some with an arrival
 */
export async function insertFurtherArrivals(
  client: StoreClient,
  { arrivals, attempts }: Pick<CompactRows, 'arrivals' | 'attempts'>,
  written: readonly WrittenEvent[],
): Promise<CompactRows['attempts']> {
  const own = new Set(written.map((event) => `${keyText(event)} ${event.arrivalId}`));
  const further = arrivals.filter(
    ({ trace_id, event_ref, id }) => !own.has(`${trace_id} ${event_ref} ${id}`),
  );
  if (further.length === 0) return attempts;
  const traces = further.map(({ trace_id }) => trace_id).toSorted();
  const { rows } = await client.query<{ id: string }>(findNewArrivals, [
    ...arraysOf(arrivalColumns, further),
    traces[0],
    traces.at(-1),
  ]);
  const isNew = new Set(rows.map(({ id }) => id));
  const placed = placeArrivals(
    further.filter(({ id }) => isNew.has(id)),
    attempts,
  );
  if (placed.alone.length > 0) {
    await client.query(insertArrivals, arraysOf(arrivalColumns, placed.alone));
  }
  return placed.attempts;
}
