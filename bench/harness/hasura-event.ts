// A Hasura event of a given size, as a benchmark's senders post it.

/** @param bytes the body's length, at least some 600 */
export function hasuraEvent(bytes: number): string {
  const missing = bytes - eventWith('').length;
  return eventWith('n'.repeat(Math.max(0, Math.floor(missing / 2))));
}

/** @param note stands in the old row and the new one */
function eventWith(note: string): string {
  return JSON.stringify({
    id: '0d1f8d0e-9d3b-4bb5-a8f6-6b6b3f0c1a55',
    created_at: '2026-11-24T10:00:00.123456',
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_paid' },
    event: {
      op: 'UPDATE',
      data: {
        old: { id: 42, status: 'pending', note, updated_by: 'jane@example.com' },
        new: { id: 42, status: 'paid', note, updated_by: 'dana@example.com' },
      },
      session_variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': 'dana@example.com' },
      trace_context: {
        trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
        span_id: '00f067aa0ba902b7',
      },
    },
    delivery_info: { current_retry: 0, max_retries: 3 },
  });
}
