// Times leave the database as text with all six digits: JavaScript's Date would drop three of them.

/** SQL that gives a timestamptz expression as RFC 3339 in UTC; null stays null. */
export function utc(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** SQL that gives a timestamptz expression in ms since 1970, with fractions: a third of what writing it costs. */
export function epochMs(expression: string): string {
  return `date_part('epoch', ${expression}) * 1000`;
}
