// What a caught value says, for reports and records. Imports nothing: every layer may use it.

/** The message of an error, or of the event that a socket tells its error with; of several errors together, all of theirs. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  if (error instanceof Event) {
    const message = 'message' in error ? String(error.message) : '';
    return message || 'the connection broke';
  }
  return error instanceof Error ? error.message : String(error);
}
