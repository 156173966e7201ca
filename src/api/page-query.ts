// Which page of a list is asked for: `?limit=` and `?cursor=`, the same for every list.
import { z } from 'zod';
import { readCursor } from './cursor.ts';

/** @param id what the list's ids look like */
export function pageQuery(id: z.ZodType<string>) {
  return z.object({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z
      .string()
      .transform((text, context) => {
        const position = readCursor(text, id);
        if (position) return position;
        context.addIssue({
          code: 'custom',
          message:
            'is no cursor of this list. Begin without one, and give nextCursor back as it came',
        });
        return z.NEVER;
      })
      .optional(),
  });
}
