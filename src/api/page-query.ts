// Which page of a list is asked for: `?limit=` and `?cursor=`, the same for every list.
import { z } from 'zod';
import { readCursor } from './cursor.ts';
import { numberParam } from './number-param.ts';

const limit = numberParam(z.number().int().min(1).max(100))
  .default(50)
  .meta({ description: 'How many a page has at most.' });

const notOfThisList =
  'is no cursor of this list. Begin without one, and give nextCursor back as it came';
const cursorText = z
  .string()
  .max(4_000)
  .meta({ description: 'Opaque: `nextCursor` of the page before. Left out: the first page.' });

/** @param id what the list's ids look like */
export function pageQuery(id: z.ZodType<string>) {
  const cursor = cursorText.transform((text, context) => {
    const position = readCursor(text, id);
    if (position) return position;
    context.addIssue({ code: 'custom', message: notOfThisList });
    return z.NEVER;
  });
  return z.object({ limit, cursor: cursor.optional() });
}

/** For lists that are numbered, newest first. */
export const numberedPageQuery = z.object({
  limit,
  cursor: cursorText
    .refine((text) => /^[1-9]\d{0,14}$/.test(text), notOfThisList)
    .transform(Number)
    .optional(),
});
