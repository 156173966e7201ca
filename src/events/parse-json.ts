// Reads a request body as JSON without losing digits: an integer that a double cannot hold becomes its own
// text. It never changes a body: what is delivered are the sender's bytes.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Sixteen digits and more as a number of its own: only then is the slower reading worth it. */
const longInteger = /[:[,]\s*-?\d{16}/;

/** What a reviver gets of a primitive value: its text in the source (ECMAScript, JSON.parse source text access). */
type SourceText = { source?: string };

/**
 * Parses a JSON object.
 * @returns undefined where the bytes are not UTF-8, not JSON or do not begin like an object
 */
export function parseJsonObject(body: Uint8Array): unknown {
  // `{` is how every event begins: other bodies are not worth a parse.
  if (body[0] !== 0x7b && body[0] !== 0x20 && body[0] !== 0x0a) return undefined;
  try {
    const text = decoder.decode(body);
    return longInteger.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  } catch {
    // Not JSON: the caller takes it for a generic webhook.
    return undefined;
  }
}

function keepDigits(_key: string, value: unknown, context?: SourceText): unknown {
  const isRounded =
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  const source = context?.source;
  return isRounded && source !== undefined && /^-?\d+$/.test(source) ? source : value;
}
