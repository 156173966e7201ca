// The shape of what a search is answered with.
import { z } from 'zod';

const searchAnswerSchema = z
  .object({
    kind: z.enum([
      'cascade',
      'hop',
      'delivery',
      'event',
      'row',
      'job',
      'trigger',
      'table',
      'actor',
      'route',
      'source',
    ]),
    label: z.string(),
    /** What it is, in a sentence. */
    detail: z.string(),
    /** The dashboard's page of it: a path with a query. */
    url: z.string(),
    /** It is what was searched for, not something that has it in its name. */
    isExact: z.boolean(),
    /** Of a row: where the API tells its history. */
    history: z.string().optional(),
  })
  .meta({ id: 'SearchAnswer' });

export const searchViewSchema = z
  .object({
    /** What was looked for: without blanks and quotation marks around it. */
    text: z.string(),
    /** Best first. */
    answers: z.array(searchAnswerSchema),
    /** Why nothing can be found by it as an ID, in a sentence that says what to change; null where nothing is wrong. */
    wrong: z.string().nullable(),
  })
  .meta({ id: 'Search' });

export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
export type SearchView = z.infer<typeof searchViewSchema>;
