// What a caught value says, for reports and records. Imports nothing: every layer may use it.

/** The message of an error; of several errors together, all of theirs. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
