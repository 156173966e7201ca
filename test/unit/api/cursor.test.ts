import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCursor, writeCursor } from '../../../src/api/cursor.ts';

describe('a cursor', () => {
  it('comes back as the place it was written for, and needs no escaping in a URL', () => {
    const micros = fc.integer({ min: 0, max: 999_999 }).map((n) => String(n).padStart(6, '0'));
    fc.assert(
      fc.property(fc.uuid(), micros, (id, fraction) => {
        const position = { at: `2026-11-24T12:00:00.${fraction}Z`, id };
        const cursor = writeCursor(position);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(readCursor(cursor, z.uuid())).toEqual(position);
      }),
    );
  });

  it('is refused where anybody else wrote it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readCursor(text, z.string())).toBeNull();
      }),
    );
  });
});
