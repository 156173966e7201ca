// Finds what no text of a request may hold, since it cannot be stored or answered as it came. Pure.

const deepest = 100;

/**
 * The first text with NUL, which Postgres stores in no text (postgresql.org/docs/current/datatype-character.html), or
 * with half a surrogate pair, which is no Unicode; or the place where a document nests too deep to be walked.
 * @returns null where all is well; `path` such as `filter.jobs.0`, empty for the value itself
 */
export function untellableText(value: unknown): { path: string; why: string } | null {
  const left: { path: readonly string[]; value: unknown }[] = [{ path: [], value }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { path, value: here } = next;
    if (typeof here === 'string') {
      const why = whyUntellable(here);
      if (why !== null) return { path: path.join('.'), why };
    } else if (typeof here === 'object' && here !== null) {
      if (path.length >= deepest) {
        return { path: path.slice(0, 3).join('.'), why: `nests more than ${deepest} deep` };
      }
      for (const [name, member] of Object.entries(here)) {
        const why = whyUntellable(name);
        if (why !== null) return { path: path.join('.'), why: `has a name that ${why}` };
        left.push({ path: [...path, name], value: member });
      }
    }
  }
  return null;
}

function whyUntellable(text: string): string | null {
  if (text.includes('\0')) return 'has a NUL character';
  return text.isWellFormed() ? null : 'has half a surrogate pair: it is no Unicode text';
}
