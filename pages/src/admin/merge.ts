// Two people changed one thing: what each changed since the state that both began with, and both changes together. Pure.

export interface FieldOfThree {
  field: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
  /** Both changed it, and not to the same: mine stands in the merged one. */
  clashes: boolean;
}

export interface Merge<Part> {
  /** Theirs where I changed nothing, else mine. */
  merged: Part;
  /** Every field that somebody changed. */
  fields: FieldOfThree[];
}

export function mergeChanges<Part extends object>(
  base: Part,
  mine: Part,
  theirs: Part,
): Merge<Part> {
  const merged: Record<string, unknown> = {};
  const fields: FieldOfThree[] = [];
  for (const field of new Set([base, mine, theirs].flatMap((part) => Object.keys(part)))) {
    const [was, own, other]: unknown[] = [base, mine, theirs].map((part) =>
      Reflect.get(part, field),
    );
    const isMine = !same(was, own);
    merged[field] = isMine ? own : other;
    if (isMine || !same(was, other)) {
      const clashes = isMine && !same(was, other) && !same(own, other);
      fields.push({ field, base: was, mine: own, theirs: other, clashes });
    }
  }
  return { merged: { ...theirs, ...merged }, fields };
}

/** Equal as JSON, whatever order members have. */
export function same(a: unknown, b: unknown): boolean {
  return stable(a) === stable(b);
}

function stable(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'undefined'
  );
}
