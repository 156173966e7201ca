// /api/dead-letters: what was lost, in groups and one by one; replayed, discarded, restored.
import { Hono } from 'hono';
import { z } from 'zod';
import { pendingFrom } from '../deliveries/replay.ts';
import { inTransaction, type StoreClient } from '../store/client.ts';
import {
  groupDeadLetters,
  listDeadLetters,
  lockDeadLetter,
  markReplayed,
} from '../store/dead-letters.ts';
import { writeCursor } from './cursor.ts';
import { deadLetterDetail, deadLetterView } from './dead-letter-detail.ts';
import {
  type DeadLetterGroupsView,
  deadLetterDetailSchema,
  deadLetterGroupsSchema,
  discardedLettersSchema,
  restoredLettersSchema,
} from './dead-letter-views.ts';
import { deliveryId } from './delivery-id.ts';
import type { ApiDeps } from './deps.ts';
import { discard, restore } from './discard-letters.ts';
import { pageQuery } from './page-query.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import {
  filterOfQuery,
  isOneOfBoth,
  letterQuery,
  oneOfBoth,
  oneOfBothRequired,
  selectionOf,
  selectionShape,
} from './letter-selection.ts';
import { ApiProblem, notFound, unreachable } from './problem.ts';
import { reading } from './reading.ts';
import {
  type DeadLetterPage,
  deadLetterPageSchema,
  type ReplayView,
  replayViewSchema,
} from './views.ts';

const letterParam = z.object({ deliveryId });
const listQuery = letterQuery(pageQuery(deliveryId)).extend({
  discarded: z.enum(['true', 'false']).default('false').meta({
    description: '`true`: those that were discarded, in the place of those that were not.',
  }),
});
const groupsQuery = letterQuery(z.object({}));
const note = z.string().trim().max(500);
const discardSchema = z
  .strictObject({
    ...selectionShape,
    /** Why, for whoever finds them. */
    note: note.optional(),
  })
  .refine(isOneOfBoth, oneOfBoth)
  .meta(oneOfBothRequired);
const restoreSchema = z
  .strictObject({
    discardId: z.uuid().toLowerCase().optional(),
    deliveryIds: selectionShape.deliveryIds,
  })
  .refine(
    ({ discardId, deliveryIds }) => (discardId === undefined) !== (deliveryIds === undefined),
    'must have either a discardId or deliveryIds',
  )
  .meta({ oneOf: [{ required: ['discardId'] }, { required: ['deliveryIds'] }] });

/** A row stays locked while its delivery is handed over, which gives up after some seconds by itself. */
const statementTimeoutMs = 5_000;

export function deadLetterRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List dead letters, what died last first',
        description:
          'Those that fit all that is given. Where a filter asks for what stands in events, a page can hold fewer than asked for and still have a next one: `searchedUntil` tells how far was looked.',
        tag: 'Dead letters',
        query: listQuery,
        answers: { 200: { description: 'A page of them.', schema: deadLetterPageSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const { limit, cursor, discarded, ...asked } = context.req.valid('query');
        const filter = await filterOfQuery(context, asked, deps);
        const after = cursor ? { deadAt: cursor.at, deliveryId: cursor.id } : null;
        const { letters, next, searchedUntil } = await reading(deps, (client) =>
          listDeadLetters(client, filter, { areDiscarded: discarded === 'true', limit, after }),
        );
        const page: DeadLetterPage = {
          deadLetters: letters.map(deadLetterView),
          nextCursor: next ? writeCursor({ at: next.deadAt, id: next.deliveryId }) : null,
          searchedUntil,
        };
        return context.json(page, 200);
      },
    )
    .get(
      '/groups',
      endpoint({
        summary: 'Sort dead letters into groups by job, reason and last answer',
        description: 'Of those that fit, the latest 5,000.',
        tag: 'Dead letters',
        query: groupsQuery,
        answers: { 200: { description: 'The groups.', schema: deadLetterGroupsSchema } },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const filter = await filterOfQuery(context, context.req.valid('query'), deps);
        const found = await reading(deps, (client) => groupDeadLetters(client, filter));
        const view: DeadLetterGroupsView = {
          ...found,
          groups: found.groups.map(({ deliveryId: id, traceId, ...group }) => ({
            ...group,
            sample: { deliveryId: id, traceId },
          })),
        };
        return context.json(view, 200);
      },
    )
    .get(
      '/:deliveryId',
      endpoint({
        summary: 'Read a dead letter with its attempts and what a replay sends',
        description: 'Also one that was replayed, has arrived or was discarded since it died.',
        tag: 'Dead letters',
        param: letterParam,
        answers: { 200: { description: 'The letter.', schema: deadLetterDetailSchema } },
        problems: ['not_found', 'database_unreachable'],
      }),
      async (context) => {
        const { deliveryId: id } = context.req.valid('param');
        const view = await reading(deps, (client) => deadLetterDetail(client, id));
        return context.json(view, 200);
      },
    )
    .post(
      '/discard',
      endpoint({
        summary: 'Discard dead letters',
        description:
          'They leave the list, and are kept as long as all others. One that dies again, after a replay by its id, is on the list again. A replay run that has chosen one before skips it.',
        tag: 'Dead letters',
        json: discardSchema,
        example: {
          filter: { jobs: ['send-invoice'], statuses: [410] },
          note: 'The shop has closed.',
        },
        answers: {
          200: { description: 'They are discarded.', schema: discardedLettersSchema },
        },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const asked = context.req.valid('json');
        const selection = await selectionOf(context, asked, deps);
        const view = await discard(deps, context.get('who'), selection, asked.note ?? null);
        return context.json(view, 200);
      },
    )
    .post(
      '/restore',
      endpoint({
        summary: 'Restore discarded letters',
        description: 'All that one act discarded, or some by their ids.',
        tag: 'Dead letters',
        json: restoreSchema,
        example: { discardId: '0199b0c2-6f00-7c3e-9a51-3f0c7d2b8e44' },
        answers: {
          200: { description: 'They are on the list again.', schema: restoredLettersSchema },
        },
        problems: ['database_unreachable'],
      }),
      async (context) => {
        const { discardId, deliveryIds = [] } = context.req.valid('json');
        const which = discardId === undefined ? { deliveryIds } : { discardId };
        return context.json(await restore(deps, context.get('who'), which), 200);
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
