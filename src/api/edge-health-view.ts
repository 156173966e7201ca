// What the health says of the edge. Shape only.
import { z } from 'zod';

export const edgeHealthSchema = z.object({
  state: z.enum(['ok', 'degraded']),
  /** 0: the Worker's variables alone. */
  version: z.number(),
  publishedAt: z.string().nullable(),
  /** Since it was published; null where nothing has been. */
  ageSeconds: z.number().nullable(),
  /** What is wrong, and what to do. */
  detail: z.string().optional(),
});
