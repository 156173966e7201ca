// GET /api/rows/{source}/{schema}/{table}/{key}: who and what changed a row, value by value.
import { Hono } from 'hono';
import { z } from 'zod';
import { readBecause, type StoredBecause } from '../store/because.ts';
import { findRoots } from '../store/cascades.ts';
import { eventRef, keyText } from '../store/refs.ts';
import { readRowHistory, type StoredRowChange } from '../store/row-history.ts';
import { writeCursor } from './cursor.ts';
import type { ApiDeps } from './deps.ts';
import { actorView, eventView } from './event-view.ts';
import { pageQuery } from './page-query.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { reading } from './reading.ts';
import { unseenBefore } from './unseen.ts';
import { type RowChangeView, type RowHistoryPage, rowHistoryPageSchema } from './views.ts';

const name = z.string().min(1).max(200);
const rowParam = z.object({
  source: name.meta({ example: 'shop' }),
  schema: name.meta({ example: 'public' }),
  table: name.meta({ example: 'orders' }),
  key: z.string().min(1).max(2_000).meta({
    description: 'The row’s `id`, or the values of its key columns as a JSON array.',
    example: '42',
  }),
});
const eventId = z.string().min(1).max(500);

export function rowRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/:source/:schema/:table/:key',
    endpoint({
      summary: 'Read who and what changed a row, value by value, newest first',
      description: 'A row of which nothing was recorded has an empty history.',
      tag: 'Rows',
      param: rowParam,
      query: pageQuery(eventId),
      answers: { 200: { description: 'A page of its changes.', schema: rowHistoryPageSchema } },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const row = context.req.valid('param');
      const { limit, cursor } = context.req.valid('query');
      const page = await reading(deps, async (client) => {
        const after = cursor ? { createdAt: cursor.at, eventId: cursor.id } : null;
        // One more than asked for tells whether there is a next page.
        const found = await readRowHistory(client, row, { limit: limit + 1, after });
        const changes = found.slice(0, limit);
        const roots = await findRoots(
          client,
          changes.map((change) => change.traceId),
        );
        const keys = await Promise.all(
          changes.map(async ({ traceId, source, id }) => ({
            traceId,
            ref: await eventRef(source, id),
          })),
        );
        const because = await readBecause(client, keys);
        const unseen = unseenBefore(found);
        const last = found.length > limit ? changes.at(-1) : undefined;
        return {
          row,
          changes: changes.map((change, index) => {
            const key = keys[index];
            return {
              ...changeView(change, roots),
              because: becauseView(key && because.get(keyText(key))),
              unseen: unseen.get(index) ?? null,
            };
          }),
          nextCursor: last ? writeCursor({ at: last.createdAt, id: last.id }) : null,
        } satisfies RowHistoryPage;
      });
      return context.json(page, 200);
    },
  );
}

function becauseView(because: StoredBecause | undefined): RowChangeView['because'] {
  if (!because) return null;
  const { first, isWhole, steps } = because;
  return {
    actor: actorView(first),
    isWhole,
    steps: steps.map(({ tableSchema, tableName, ...step }) => ({
      ...step,
      table:
        tableSchema === null || tableName === null
          ? null
          : { schema: tableSchema, name: tableName },
    })),
  };
}

function changeView(
  change: StoredRowChange,
  roots: ReadonlyMap<string, string>,
): Omit<RowChangeView, 'because' | 'unseen'> {
  const { id, op, createdAt, actor, traceId, changes, cause, ...event } = eventView(change);
  return {
    changeId: event.changeId,
    eventId: id,
    op,
    createdAt,
    actor,
    triggers: change.triggers,
    changes,
    payloadKept: event.payloadKept,
    payloadRemovedAt: event.payloadRemovedAt,
    cause: cause && {
      ...cause,
      job: change.causeJob,
      correlationId: change.causeCorrelationId ?? cause.correlationId,
    },
    traceId,
    cascadeId: roots.get(traceId) ?? traceId,
  };
}
