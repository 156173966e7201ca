// JSON that Postgres can keep. It has no place for U+0000 and for half a surrogate pair
// (postgresql.org/docs/current/datatype-json.html), which a webhook's or a destination's text can hold.

const unstorable = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/**
 * `JSON.stringify` with U+FFFD in the place of what Postgres cannot keep. Whole pairs stay.
 * @param value plain data
 */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // JSON.stringify writes both kinds as escapes, so that a text without one needs no second look.
  return unstorable.test(text) ? JSON.stringify(cleaned(value)) : text;
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanedText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [cleanedText(key), cleaned(member)]),
    );
  }
  return value;
}

export function cleanedText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
