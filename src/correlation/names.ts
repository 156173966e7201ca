// Decides how a trigger's, job's or system's name is spelled inside a correlation ID.
// Never decides what a name means, and never fails: every text has exactly one spelling.

/** The longest name in a correlation ID, in characters. */
const maxNameLength = 64;

/** Stands where a name is missing, so that an ID never has an empty part. */
const unnamed = 'unnamed';

/** A name that is spelled so already. */
const spelledName = /^[a-z0-9_-]{1,64}$/;
const upperCaseAscii = /[A-Z]/g;
const anythingElse = /[^a-z0-9_-]/gu;

/**
 * Spells a name as correlation IDs do: `[a-z0-9_-]{1,64}`. ASCII letters become lower case; each other
 * character (a code point, however many bytes it takes) becomes one `-`; what is longer is cut.
 *
 * Only ASCII is lowered: what `toLowerCase` makes of `K` (Kelvin) or `İ` differs between
 * languages and databases, and the SQL twin `correlation.normalise_name` must agree.
 *
 * @returns `unnamed` for the empty text.
 */
export function normaliseName(text: string): string {
  if (spelledName.test(text)) return text;
  const spelled = text
    .replace(upperCaseAscii, (letter) => letter.toLowerCase())
    .replace(anythingElse, '-')
    .slice(0, maxNameLength);
  return spelled === '' ? unnamed : spelled;
}
