// Decides whether a `tracestate` is handed on (W3C Trace Context Level 2, §3.3,
// https://www.w3.org/TR/trace-context-2/#tracestate-header). It adds no entry of its own and drops none.

const longestList = 32;

/** A key, `=`, and up to 256 printable characters without `,` and `=`, the last one not blank. */
const member =
  /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * The list to hand on: its members in their order, empty ones left out. Several headers are one list, joined
 * with commas, as `Headers` joins them.
 *
 * @returns null where there is nothing to hand on: no member, more than 32, or one that breaks the grammar,
 * which makes the whole list invalid. Never throws.
 */
export function tracestateToHandOn(header: string | null): string | null {
  const members = (header ?? '')
    .split(',')
    .map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter(Boolean);
  const isValid = members.length <= longestList && members.every((text) => member.test(text));
  return isValid && members.length > 0 ? members.join(',') : null;
}
