// Turns what somebody wants to store into a checked configuration, and says by path what is wrong with it. Pure: what
// only the edge can tell (which algorithms there are, what the allowlist has) is not checked here.
import { type Configuration, configurationSchema } from './configuration.ts';
import type { ConfigurationIssue } from './configuration-issue.ts';
import { shapeProblem, shapeProblemAt } from './shape-problems.ts';
import { stableJson } from './stable-json.ts';

/**
 * The largest configuration, as JSON on one line. Every isolate reads and checks the whole of it, and a row of the
 * object's storage may have 2 MB (developers.cloudflare.com/durable-objects/platform/limits).
 */
export const maxDocumentBytes = 1_000_000;

export type ReadDocument =
  | { ok: true; configuration: Configuration; text: string }
  | { ok: false; issues: readonly ConfigurationIssue[] };

/** Checks a document. `text` is how it is stored: every default written out, keys in one order. */
export function readDocument(document: unknown): ReadDocument {
  const parsed = configurationSchema.safeParse(document, { error: shapeProblem });
  if (!parsed.success) {
    return { ok: false, issues: parsed.error.issues.map(shapeProblemAt) };
  }
  const configuration = parsed.data;
  const twice = mergedDestinations(document, configuration) ?? sharedHash(configuration);
  if (twice) return { ok: false, issues: [twice] };
  const text = stableJson(configuration);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > maxDocumentBytes) {
    const message =
      `has ${bytes} bytes, and at most ${maxDocumentBytes} fit. Long lists of destinations take most: ` +
      'routes that share one can name a single destination that spreads further.';
    return { ok: false, issues: [{ path: '', message }] };
  }
  return { ok: true, configuration, text };
}

/** Two spellings of one URL would silently become one entry. */
function mergedDestinations(
  document: unknown,
  { destinations }: Configuration,
): ConfigurationIssue | null {
  const given =
    typeof document === 'object' && document !== null && 'destinations' in document
      ? Object.keys(Object(document.destinations))
      : [];
  if (given.length <= Object.keys(destinations).length) return null;
  const seen = new Set<string>();
  for (const text of given) {
    const { href } = new URL(text);
    if (seen.has(href)) {
      return {
        path: `destinations.${text}`,
        message: 'is another spelling of a destination that is there already',
      };
    }
    seen.add(href);
  }
  return null;
}

/** Whose events would come by a key that two entries share? */
function sharedHash({ keys }: Configuration): ConfigurationIssue | null {
  const seen = new Map<string, string>();
  for (const [id, { sha256 }] of Object.entries(keys)) {
    const other = seen.get(sha256);
    if (other !== undefined) {
      return { path: `keys.${id}.sha256`, message: `is the hash of the key ${other} already` };
    }
    seen.set(sha256, id);
  }
  return null;
}
