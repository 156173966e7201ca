// Says what differs between two JSON documents, by path, so that a person can read it. Pure; what must not be seen
// is to be taken out before.
import { z } from 'zod';
import { stableJson } from './stable-json.ts';

export const documentChangeSchema = z
  .discriminatedUnion('kind', [
    z.object({ path: z.string(), kind: z.literal('added'), after: z.unknown() }),
    z.object({ path: z.string(), kind: z.literal('removed'), before: z.unknown() }),
    z.object({
      path: z.string(),
      kind: z.literal('changed'),
      before: z.unknown(),
      after: z.unknown(),
    }),
  ])
  .meta({ id: 'DocumentChange' });
export type DocumentChange = z.infer<typeof documentChangeSchema>;

/**
 * Compares two documents.
 *
 * Objects are compared member by member. Of lists whose items are texts or numbers it says which items came and
 * went, with their places in the list that has them; where only the order differs, and for other lists, it gives
 * both lists whole.
 * @returns nothing where they are equal; otherwise in the order of paths, such as `routes.orders.fallback[0]` or
 *   `destinations["https://jobs.example.com/hook"].job`
 */
export function compareDocuments(before: unknown, after: unknown): DocumentChange[] {
  return compareAt('', before, after);
}

function compareAt(path: string, before: unknown, after: unknown): DocumentChange[] {
  if (stableJson(before) === stableJson(after)) return [];
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].toSorted().flatMap((name) => {
      const at = memberPath(path, name);
      if (!Object.hasOwn(before, name)) return [{ path: at, kind: 'added', after: after[name] }];
      if (!Object.hasOwn(after, name)) {
        return [{ path: at, kind: 'removed', before: before[name] }];
      }
      return compareAt(at, before[name], after[name]);
    });
  }
  if (isPlainList(before) && isPlainList(after)) {
    const items = compareLists(path, before, after);
    if (items) return items;
  }
  return [{ path: path || '(document)', kind: 'changed', before, after }];
}

/** @returns null where items moved or stand twice: which came and which went would not tell the whole */
function compareLists(
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): DocumentChange[] | null {
  const [had, has] = [new Set(before), new Set(after)];
  if (had.size < before.length || has.size < after.length) return null;
  const stayed = before.filter((item) => has.has(item));
  if (stableJson(stayed) !== stableJson(after.filter((item) => had.has(item)))) return null;
  const removed = before.flatMap((item, index): DocumentChange[] =>
    has.has(item) ? [] : [{ path: `${path}[${index}]`, kind: 'removed', before: item }],
  );
  const added = after.flatMap((item, index): DocumentChange[] =>
    had.has(item) ? [] : [{ path: `${path}[${index}]`, kind: 'added', after: item }],
  );
  return [...removed, ...added];
}

function memberPath(path: string, name: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlainList(value: unknown): value is unknown[] {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item === 'string' || typeof item === 'number')
  );
}
