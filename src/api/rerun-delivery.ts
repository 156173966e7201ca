// Makes a delivery that arrived once more, as another delivery, and says why where it cannot.
import { z } from 'zod';
import type { Who } from '../config/admin-store.ts';
import { pendingFrom } from '../deliveries/replay.ts';
import { rebuiltRequest, type RerunRequest, rerunOf } from '../deliveries/rerun.ts';
import { inTransaction, type StoreClient } from '../store/client.ts';
import { lockDeadLetter } from '../store/dead-letters.ts';
import { insertRerun, readForRerun } from '../store/reruns.ts';
import type { ApiDeps } from './deps.ts';
import { ApiProblem, notFound, unreachable } from './problem.ts';
import type { RerunView } from './replay-views.ts';

/** Names that the edge writes, or that belong to a connection. */
const notGiven =
  /^(x-correlation-id|idempotency-key|traceparent|host|content-length|connection|transfer-encoding|webhook-.*|x-throughline-.*)$/;

export const rerunSchema = z.strictObject({
  /** In the place of those that are not kept, such as the secret that a job asks for. */
  headers: z
    .record(
      z
        .string()
        .toLowerCase()
        .regex(/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'must be the name of a header')
        .refine((name) => !notGiven.test(name), 'is written by Throughline itself'),
      z
        .string()
        .max(8_192)
        .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be the value of a header'),
    )
    .default({}),
});

const statementTimeoutMs = 5_000;

/** @throws ApiProblem 404, 409 where there is nothing that could be sent, 503 where the queue does not take it */
export async function rerunDelivery(
  deps: ApiDeps,
  id: string,
  asked: z.infer<typeof rerunSchema>,
  who: Who,
): Promise<RerunView> {
  return deps.connect((client) =>
    inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () =>
      rerun(client, id, asked, who, deps),
    ),
  );
}

async function rerun(
  client: StoreClient,
  id: string,
  asked: z.infer<typeof rerunSchema>,
  who: Who,
  deps: ApiDeps,
): Promise<RerunView> {
  const stored = await readForRerun(client, id);
  if (!stored) throw notFound(`Delivery ${id}`);
  const { destination } = stored;
  if (!stored.isDelivered || destination === null) {
    throw new ApiProblem(
      'not_delivered',
      'This delivery has not arrived. A dead letter is replayed, under the same ID: POST /api/dead-letters/{id}/replay.',
    );
  }
  if (!(await deps.isAllowed(new URL(destination)))) {
    throw new ApiProblem(
      'not_allowed',
      `The allowlist has no place for ${new URL(destination).origin} any more.`,
    );
  }
  const kept = await keptRequest(client, id, asked.headers, deps);
  const request = kept?.request ?? rebuilt(stored.rebuiltBody, asked.headers);
  const at = new Date(deps.now()).toISOString();
  const pending = await rerunOf(
    { ...stored, destination },
    { of: id, id: crypto.randomUUID(), at, request, route: kept?.route ?? null },
  );
  const deliveryId = pending.delivery.id;
  const body = kept ? 'as_sent' : 'rebuilt';
  const { name, onBehalfOf } = who;
  await insertRerun(client, { deliveryId, rerunOf: id, at, who: name, onBehalfOf, body });
  if (!(await deps.retries.enqueue(pending, 0))) {
    const detail = 'The retries queue does not take the delivery. Nothing was sent: try again.';
    throw unreachable('queue_unreachable', detail);
  }
  const { correlationId } = pending.delivery;
  return { deliveryId, rerunOf: id, correlationId, body, queuedAt: at };
}

/** The request as it was sent, where it failed before it arrived: its dead letter has it. */
async function keptRequest(
  client: StoreClient,
  id: string,
  headers: Readonly<Record<string, string>>,
  deps: ApiDeps,
): Promise<{ request: RerunRequest; route: string | null } | null> {
  const letter = await lockDeadLetter(client, id);
  const pending = letter && (await pendingFrom(letter, deps.bodies));
  if (!pending) return null;
  const others = pending.headers.filter(([name]) => !(name.toLowerCase() in headers));
  return {
    request: { ...pending, headers: [...others, ...Object.entries(headers)] },
    route: pending.delivery.route ?? null,
  };
}

function rebuilt(text: string | null, headers: Readonly<Record<string, string>>): RerunRequest {
  if (text === null) {
    throw new ApiProblem(
      'body_not_kept',
      'Its request is not kept: it arrived at once, and is no Hasura event whose rows are stored. Let its sender send it again.',
    );
  }
  if (text.includes('"[redacted')) {
    throw new ApiProblem(
      'body_redacted',
      'Columns of its rows were left out when they were stored, so that the request cannot be rebuilt.',
    );
  }
  return rebuiltRequest(text, headers);
}
