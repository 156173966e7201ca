// One dead letter with all that is kept of it, as far as it may be told.
import { z } from 'zod';
import type { StoreClient } from '../store/client.ts';
import { readDeadLetter, type ListedDeadLetter } from '../store/dead-letters.ts';
import { findDelivery, findEvents } from '../store/nodes.ts';
import type { DeadLetterDetail } from './dead-letter-views.ts';
import { deliveryView } from './delivery-view.ts';
import { eventView } from './event-view.ts';
import { notFound } from './problem.ts';
import type { DeadLetterView } from './views.ts';

/** Whose values are never secrets. Any other can be what a job asks its callers for. */
const tellable =
  /^(?:accept|accept-encoding|content-type|content-encoding|user-agent|x-correlation-id|idempotency-key|traceparent|webhook-id|webhook-timestamp|x-hasura-event-id|x-throughline-.+)$/i;

const headersSchema = z.array(z.tuple([z.string(), z.string()])).catch([]);

export function deadLetterView({
  tableSchema,
  tableName,
  discard,
  ...letter
}: ListedDeadLetter): DeadLetterView {
  const { id, at, who, onBehalfOf, note } = discard ?? {};
  return {
    ...pickListed(letter),
    table:
      tableSchema === null || tableName === null ? null : { schema: tableSchema, name: tableName },
    discard:
      at === undefined
        ? null
        : {
            id: id ?? null,
            at,
            who: who ?? null,
            onBehalfOf: onBehalfOf ?? null,
            note: note ?? null,
          },
  };
}

type Listed = Omit<ListedDeadLetter, 'tableSchema' | 'tableName' | 'discard'>;

/** What is read beside these, such as a request, is no part of the list's answer. */
function pickListed(letter: Listed): Listed {
  const { deliveryId, source, eventId, traceId, trigger, rowKey, job, target, correlationId } =
    letter;
  const { destination, reason, status, error, attempts, firstAttemptAt, deadAt } = letter;
  return {
    deliveryId,
    source,
    eventId,
    traceId,
    trigger,
    rowKey,
    job,
    target,
    correlationId,
    destination,
    reason,
    status,
    error,
    attempts,
    firstAttemptAt,
    deadAt,
  };
}

/** @throws ApiProblem 404 */
export async function deadLetterDetail(client: StoreClient, id: string): Promise<DeadLetterDetail> {
  const letter = await readDeadLetter(client, id);
  const delivery = letter && (await findDelivery(client, id));
  if (!letter || !delivery) throw notFound(`Dead letter ${id}`);
  const [event] = await findEvents(client, { id: letter.eventId, source: letter.source });
  return {
    ...deadLetterView(letter),
    replayedAt: letter.replayedAt,
    delivery: deliveryView(delivery),
    event: event ? eventView(event) : null,
    request: {
      kept: letter.bodyKey === null ? 'here' : 'elsewhere',
      method: letter.method,
      headers: headersSchema
        .parse(letter.headers)
        .map(([name, value]) => ({ name, value: tellable.test(name) ? value : null })),
    },
  };
}
