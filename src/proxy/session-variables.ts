// Which of Hasura's session variables Throughline reads, and what they say. Pure.

export const correlationVariable = 'x-hasura-correlation-id';
export const writtenAtVariable = 'x-hasura-correlation-time';

/** What IDs rest on. */
export const correlationVariables: ReadonlySet<string> = new Set([
  correlationVariable,
  writtenAtVariable,
]);

/** The user that a session names; null where it names none. */
export function sessionUserOf(session: Readonly<Record<string, string>> | null): string | null {
  return session?.['x-hasura-user-email'] ?? session?.['x-hasura-user-id'] ?? null;
}
