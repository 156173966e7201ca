// The shapes of dead letters' groups, of one with all that is kept, and of what discarding and restoring tell.
import { z } from 'zod';
import { time } from './times.ts';
import { deadLetterViewSchema, deliveryViewSchema, eventViewSchema } from './views.ts';

const { source, job, reason, status, error } = deadLetterViewSchema.shape;

export const deadLetterGroupsSchema = z
  .object({
    /** By job, reason and last answer, the most letters first; a hundred at most. */
    groups: z.array(
      z.object({
        source,
        job,
        reason,
        status,
        /** Null where a status says it. */
        error,
        letters: z.number().int(),
        /** How many cascades they are of. */
        cascades: z.number().int(),
        /** Where their last attempts went, twenty at most. */
        destinations: z.array(z.string()),
        firstAt: time,
        lastAt: time,
        /** The latest of them. */
        sample: deadLetterViewSchema.pick({ deliveryId: true, traceId: true }),
      }),
    ),
    /** Of all groups, also of those that are left out. */
    letters: z.number().int(),
    /** Only the latest were looked at, which are those from then on. Null: all. */
    searchedUntil: time.nullable(),
  })
  .meta({ id: 'DeadLetterGroups' });

export const deadLetterDetailSchema = deadLetterViewSchema
  .extend({
    /** When it was queued again after its latest death. */
    replayedAt: time.nullable(),
    delivery: deliveryViewSchema,
    event: eventViewSchema.nullable(),
    /** What a replay sends, but for its body: what of that may be seen is the event’s payload. */
    request: z.object({
      /** `elsewhere`: it is large, and is not read to be shown. */
      kept: z.enum(['here', 'elsewhere']),
      method: z.string().nullable(),
      /** Null: a value that can be a secret is kept to be sent, and not told. */
      headers: z.array(z.object({ name: z.string(), value: z.string().nullable() })),
    }),
  })
  .meta({ id: 'DeadLetterDetail' });

export const discardedLettersSchema = z
  .object({
    /** Gives all of them back: `POST /api/dead-letters/restore`. */
    discardId: z.string(),
    discardedAt: time,
    discarded: z.number().int(),
    /** Of those that were named: not open any more, since somebody replayed or discarded them, or they arrived. */
    leftAlone: z.number().int(),
  })
  .meta({ id: 'DiscardedLetters' });

export const restoredLettersSchema = z
  .object({ restored: z.number().int() })
  .meta({ id: 'RestoredLetters' });

export type DeadLetterGroupsView = z.infer<typeof deadLetterGroupsSchema>;
export type DeadLetterDetail = z.infer<typeof deadLetterDetailSchema>;
export type DiscardedLettersView = z.infer<typeof discardedLettersSchema>;
export type RestoredLettersView = z.infer<typeof restoredLettersSchema>;
