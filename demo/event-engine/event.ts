// A locked event and the bytes Hasura sends for it. Pure: it reads no database and sends nothing.

/** A row of `hdb_catalog.event_log`, the times as Postgres writes them. */
export type LockedEvent = {
  id: string;
  schemaName: string;
  tableName: string;
  triggerName: string;
  /** JSON text, never parsed: numbers above 2^53 stay as they are. */
  payloadText: string;
  tries: number;
  /** `YYYY-MM-DD HH:MM:SS[.ffffff]`, without zone. */
  createdAtText: string;
};

/**
 * The request body as JSON text (hasura.io/docs, Event Trigger Payload).
 * @param maxRetries the trigger's `num_retries`
 */
export function eventBody(event: LockedEvent, maxRetries: number): string {
  const parts: [string, string][] = [
    ['created_at', JSON.stringify(createdAt(event.createdAtText))],
    ['delivery_info', JSON.stringify({ current_retry: event.tries, max_retries: maxRetries })],
    ['event', event.payloadText],
    ['id', JSON.stringify(event.id)],
    ['table', JSON.stringify({ name: event.tableName, schema: event.schemaName })],
    ['trigger', JSON.stringify({ name: event.triggerName })],
  ];
  return `{${parts.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}

/**
 * Hasura's rendering of a time without zone: a `T`, and the fraction with three or six digits or none.
 */
function createdAt(text: string): string {
  const [date = '', time = ''] = text.split(' ');
  const [seconds = '', fraction = ''] = time.split('.');
  const micros = fraction.padEnd(6, '0');
  if (micros === '000000') return `${date}T${seconds}`;
  return `${date}T${seconds}.${micros.endsWith('000') ? micros.slice(0, 3) : micros}`;
}
