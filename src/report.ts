// The one place that writes to the Worker's own log: one JSON line, for Workers Logs.

/** Reports what an operator should see. Never a key, a token or a payload. */
export function report(message: string, facts: Record<string, unknown> = {}): void {
  // oxlint-disable-next-line no-console -- this is the log
  console.error(JSON.stringify({ message, ...facts }));
}
