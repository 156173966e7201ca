// Makes of what an admin gives a test event of its own: it can be taken for no event that there was, and for nobody's
// write but the admin's. Pure.

/** Tells a job that an event is a test, so that it need not do its work. */
export const testHeader = 'x-throughline-test';

/** Columns that would tell another author of the row, and pull the test into another cascade. */
const actorColumn = 'updated_by';

type Json = Record<string, unknown>;

/**
 * The body to send: one in the form of an event trigger of Hasura's gets another id, time, author and no session, one of
 * a schedule another id and time; any other is sent as it is.
 * @param test.id unique
 * @param test.by whose the write is
 * @param test.at RFC 3339 in UTC
 */
export function asTestBody(
  body: string | null,
  test: { id: string; by: string; at: string },
): string {
  const event = objectIn(body);
  if (event && typeof event['id'] === 'string' && 'scheduled_time' in event) {
    return JSON.stringify({ ...event, id: test.id, scheduled_time: test.at });
  }
  const inner = event && asObject(event['event']);
  if (!event || !inner || typeof event['id'] !== 'string' || !asObject(event['table'])) {
    return body ?? '';
  }
  const data = asObject(inner['data']) ?? {};
  return JSON.stringify({
    ...event,
    id: test.id,
    created_at: test.at,
    delivery_info: { current_retry: 0, max_retries: 0 },
    event: {
      ...inner,
      session_variables: null,
      trace_context: null,
      data: { ...data, old: authoredBy(data['old'], null), new: authoredBy(data['new'], test.by) },
    },
  });
}

/** The row with its author replaced, where it has one. */
function authoredBy(row: unknown, by: string | null): unknown {
  const columns = asObject(row);
  return columns && actorColumn in columns ? { ...columns, [actorColumn]: by } : row;
}

function objectIn(text: string | null): Json | null {
  try {
    return asObject(JSON.parse(text ?? ''));
  } catch {
    // No JSON: a webhook's body can be anything.
    return null;
  }
}

function asObject(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}
