// A place in the list of traces as an opaque text. Who holds one can only give it back.
import { z } from 'zod';
import type { TracePosition } from '../store/traces.ts';

const positionSchema = z.tuple([
  z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  z.uuid(),
]);

/** @returns base64url */
export function writeCursor(position: TracePosition): string {
  return btoa(JSON.stringify([position.startedAt, position.id]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** @returns null for a text that `writeCursor` did not write */
export function readCursor(text: string): TracePosition | null {
  let value: unknown;
  try {
    value = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return null;
  }
  const parsed = positionSchema.safeParse(value);
  if (!parsed.success || Number.isNaN(Date.parse(parsed.data[0]))) return null;
  return { startedAt: parsed.data[0], id: parsed.data[1] };
}
