// Recognises what stands in the place of a value that is not shown or not kept, and says in words why. Pure.

/** `left_out`: never stored. `masked`: stored, and shown to whoever may look behind the marks. */
export type Mark = 'left_out' | 'left_out_changed' | 'masked';

/** As the edge writes them: src/proxy/redact.ts. */
const leftOut = new Map<unknown, Mark>([
  ['[redacted]', 'left_out'],
  ['[redacted, changed]', 'left_out_changed'],
]);
/** As the API writes them: src/api/access/mask.ts. */
const maskedValue = /^masked(?::[0-9a-f]{8})?$/;
const maskedEmail = /^.\*\*\*(?:[0-9a-f]{8})?(?:@|%40)\S+$/u;

/** What a value is a mark of; null where it is itself. */
export function markOf(value: unknown): Mark | null {
  const known = leftOut.get(value);
  if (known !== undefined || typeof value !== 'string') return known ?? null;
  return maskedValue.test(value) || maskedEmail.test(value) ? 'masked' : null;
}

/** Short, to stand in the value's place or beside it. */
export const markWords: Record<Mark, string> = {
  left_out: 'left out',
  left_out_changed: 'left out, changed',
  masked: 'masked',
};

const deepest = 200;

/** Every kind of mark that stands somewhere within a value. */
export function marksIn(value: unknown, depth = 0): Set<'left_out' | 'masked'> {
  const own = markOf(value);
  if (own !== null) return new Set([own === 'masked' ? 'masked' : 'left_out']);
  if (typeof value !== 'object' || value === null || depth > deepest) return new Set();
  return new Set(Object.values(value).flatMap((part) => [...marksIn(part, depth + 1)]));
}

/** What the marks mean, one sentence for each kind that there is. */
export function marksExplained(marks: ReadonlySet<'left_out' | 'masked'>): string[] {
  return [
    ...(marks.has('left_out')
      ? ['Left out: the configuration keeps these values out of the store. The job got them.']
      : []),
    ...(marks.has('masked')
      ? ['Masked: these values are stored, and shown as marks. Equal values have equal marks.']
      : []),
  ];
}
