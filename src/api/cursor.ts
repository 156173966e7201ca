// A place in a list that is in the order of time, as an opaque text. Who holds one can only give it back.
import { z } from 'zod';
import { isTellable } from './times.ts';

/** `at` is a time with six digits, `id` tells what shares it apart. */
export type Position = { at: string; id: string };

const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

/** @returns base64url */
export function writeCursor(position: Position): string {
  return btoa(JSON.stringify([position.at, position.id]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/**
 * @param id what the list's ids look like
 * @returns null for a text that `writeCursor` did not write for this list
 */
export function readCursor(text: string, id: z.ZodType<string>): Position | null {
  let value: unknown;
  try {
    value = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return null;
  }
  const parsed = z.tuple([time, id]).safeParse(value);
  if (!parsed.success || !isTellable(Date.parse(parsed.data[0]))) return null;
  return { at: parsed.data[0], id: parsed.data[1] };
}
