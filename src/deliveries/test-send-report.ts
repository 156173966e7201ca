// What came of a test that an admin sent. Shapes only, since the edge makes it and the API hands it on.
import { z } from 'zod';

export const testSendReportSchema = z.object({
  /** Under which it is recorded, in a moment. */
  event: z.object({ source: z.string(), id: z.string() }),
  /** As the edge took it: without the key, which nobody needed. */
  request: z.object({
    method: z.string(),
    /** Path and query. */
    url: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
  }),
  /** What a sender would have got. */
  answer: z.object({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    /** The first 16,384 bytes. */
    body: z.string(),
    isCut: z.boolean(),
  }),
  /** Until the answer was there. */
  tookMs: z.number(),
  /** The version of the configuration that the edge works by; null: what is stored could not be read. */
  version: z.int().nullable(),
});

export type TestSendReport = z.infer<typeof testSendReportSchema>;
