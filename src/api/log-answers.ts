// How every route that answers with logs reads its query and asks: which page, of which deliveries.
import { z } from 'zod';
import { readLogCursor } from '../logs/log-cursor.ts';
import type { StoredDelivery } from '../store/read-rows.ts';
import type { ApiDeps } from './deps.ts';
import { logScope } from './log-targets.ts';
import type { LogsView } from './log-views.ts';
import { numberParam } from './number-param.ts';

/** Beyond it the latest hops are asked for, and the answer says that it is not all. */
const mostHops = 10_000;

export const logsQuery = z.object({
  limit: numberParam(z.number().int().min(1).max(5_000)).default(1_000),
  first: z
    .enum(['newest', 'oldest'])
    .default('newest')
    .meta({ description: 'Which end comes first when there are more lines than `limit`.' }),
  cursor: z
    .string()
    .transform((text, context) => {
      const cursor = readLogCursor(text);
      if (cursor) return cursor;
      context.addIssue({
        code: 'custom',
        message: 'is no cursor of logs. Begin without one, and give a cursor back as it came',
      });
      return z.NEVER;
    })
    .optional(),
  try: z
    .literal('now')
    .optional()
    .meta({ description: 'Asks a source that is known to be away whether it is back.' }),
});

/** @param subject what is asked about, the same for everybody who asks the same */
export async function logsOf(
  deps: Pick<ApiDeps, 'logs' | 'now'>,
  subject: string,
  deliveries: readonly StoredDelivery[],
  query: z.infer<typeof logsQuery>,
): Promise<LogsView> {
  const scope = logScope(deliveries, deps.now());
  const view = await deps.logs.read({
    subject,
    ...scope,
    targets: scope.targets.slice(-mostHops),
    cursor: query.cursor ?? null,
    first: query.first,
    limit: query.limit,
    tryNow: query.try === 'now',
  });
  return scope.targets.length > mostHops && view.state === 'ok'
    ? { ...view, isIncomplete: true }
    : view;
}
