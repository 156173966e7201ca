// Times leave the database as text with all six digits: JavaScript's Date would drop three of them.

/** SQL that gives a timestamptz expression as RFC 3339 in UTC; null stays null. */
export function utc(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
