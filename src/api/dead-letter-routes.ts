// GET /api/dead-letters and POST /api/dead-letters/{deliveryId}/replay.
import { Hono } from 'hono';
import { z } from 'zod';
import { pendingFrom } from '../deliveries/replay.ts';
import { inTransaction, type StoreClient } from '../store/client.ts';
import { listDeadLetters, lockDeadLetter, markReplayed } from '../store/dead-letters.ts';
import { writeCursor } from './cursor.ts';
import { deliveryId } from './delivery-id.ts';
import type { ApiDeps } from './deps.ts';
import { pageQuery } from './page-query.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { ApiProblem, notFound, unreachable } from './problem.ts';
import { reading } from './reading.ts';
import {
  type DeadLetterPage,
  deadLetterPageSchema,
  type ReplayView,
  replayViewSchema,
} from './views.ts';

const letterParam = z.object({ deliveryId });

/** A row stays locked while its delivery is handed over, which gives up after some seconds by itself. */
const statementTimeoutMs = 5_000;

export function deadLetterRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List dead letters, what died last first',
        tag: 'Dead letters',
        query: pageQuery(deliveryId),
        answers: { 200: { description: 'A page of them.', schema: deadLetterPageSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const { limit, cursor } = context.req.valid('query');
        const after = cursor ? { deadAt: cursor.at, deliveryId: cursor.id } : null;
        // One more than asked for tells whether there is a next page.
        const found = await reading(deps, (client) =>
          listDeadLetters(client, { limit: limit + 1, after }),
        );
        const deadLetters = found.slice(0, limit);
        const last = found.length > limit ? deadLetters.at(-1) : undefined;
        const page: DeadLetterPage = {
          deadLetters,
          nextCursor: last ? writeCursor({ at: last.deadAt, id: last.deliveryId }) : null,
        };
        return context.json(page, 200);
      },
    )
    .post(
      '/:deliveryId/replay',
      endpoint({
        summary: 'Replay a dead letter',
        description: 'Hands it to the retries, under the same IDs: it is attempted again at once.',
        tag: 'Dead letters',
        param: letterParam,
        answers: {
          202: { description: 'It waits for its next attempt.', schema: replayViewSchema },
        },
        problems: [
          'not_found',
          'already_delivered',
          'already_replayed',
          'sender_may_come_again',
          'body_lost',
          'queue_unreachable',
          'database_unreachable',
        ],
      }),
      async (context) => {
        const { deliveryId: id } = context.req.valid('param');
        const replayedAt = await deps.connect((client) =>
          inTransaction(client, { access: 'write', timeoutMs: statementTimeoutMs }, () =>
            replay(client, id, deps),
          ),
        );
        const view: ReplayView = { deliveryId: id, replayedAt };
        return context.json(view, 202);
      },
    );
}

/**
 * Hands a dead letter to the retries queue. Its row is locked meanwhile, so that of two who replay it at once only
 * one does.
 * @returns when, RFC 3339
 * @throws ApiProblem 404, 409 where there is nothing to replay, 503 where the queue does not take it
 */
async function replay(client: StoreClient, id: string, deps: ApiDeps): Promise<string> {
  const letter = await lockDeadLetter(client, id);
  if (!letter) throw notFound(`Dead letter ${id}`);
  if (letter.isDelivered) {
    throw new ApiProblem(
      'already_delivered',
      'This delivery has arrived; there is nothing to replay.',
    );
  }
  if (letter.replayedAt !== null) {
    throw new ApiProblem(
      'already_replayed',
      `It was replayed at ${letter.replayedAt} and waits for its next attempt, or is being attempted.`,
    );
  }
  if (!letter.isDue) {
    throw new ApiProblem(
      'sender_may_come_again',
      'Its sender tried it within the last day, and may again.',
    );
  }
  const pending = await pendingFrom(letter, deps.bodies);
  if (!pending) {
    throw new ApiProblem(
      'body_lost',
      'The request is not kept any more, so that it cannot be replayed.',
    );
  }
  await deps.cancellations.allow(id);
  if (!(await deps.retries.enqueue(pending, 0))) {
    throw unreachable(
      'queue_unreachable',
      'The retries queue does not take the delivery. It stays a dead letter: try again.',
    );
  }
  const replayedAt = new Date(deps.now()).toISOString();
  await markReplayed(client, id, replayedAt);
  return replayedAt;
}
