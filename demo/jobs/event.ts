// What a job reads of the event it is sent: Hasura's body, checked. It never looks for correlation IDs in rows.
import { z } from 'zod';

const row = z.record(z.string(), z.unknown());

export const jobEventSchema = z.object({
  id: z.string().min(1),
  table: z.object({ schema: z.string(), name: z.string() }),
  trigger: z.object({ name: z.string() }),
  event: z.object({
    op: z.enum(['INSERT', 'UPDATE', 'DELETE', 'MANUAL']),
    data: z.object({ old: row.nullable(), new: row.nullable() }),
  }),
  delivery_info: z.object({ current_retry: z.number().int(), max_retries: z.number().int() }),
});

export type JobEvent = z.infer<typeof jobEventSchema>;

/** The row after the write, with the columns that a job needs. */
export function newRow<T extends z.ZodType>(event: JobEvent, columns: T): z.infer<T> {
  return columns.parse(event.event.data.new);
}
