// GET /api/search: what an ID, a row, a person or a name stands for, and where to open it.
import { Hono } from 'hono';
import { z } from 'zod';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { maySearchEmails } from './masked-search.ts';
import { reading } from './reading.ts';
import { readSearched, type Searched } from './read-searched.ts';
import { answersTo } from './search-answers.ts';
import { searchViewSchema, type SearchView } from './search-views.ts';

const searchQuery = z.object({
  q: z.string().min(1).max(2_000).meta({
    description:
      'A correlation ID, a trace id, the uuid of a hop, an event’s id, an idempotency key, `orders#42` or `orders 42`, an e-mail, or part of the name of a job, trigger, table, route or source.',
    example: 'orders#42',
  }),
});

export function searchRoutes(deps: ApiDeps) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Find by anything',
      description:
        'What was searched for comes first, then what has it in its name. Where e-mails are masked, they are found with `unmask=true` only.',
      tag: 'Search',
      query: searchQuery,
      answers: {
        200: { description: 'What there is, also when that is nothing.', schema: searchViewSchema },
      },
      problems: ['database_unreachable'],
    }),
    async (context) => {
      const searched = readSearched(context.req.valid('query').q);
      const withEmails = await maySearchEmails(context, deps);
      const answers = await reading(deps, (client) => answersTo(client, searched, withEmails));
      const wrong = whyNothing(searched, answers.length > 0, withEmails);
      return context.json({ text: searched.text, answers, wrong } satisfies SearchView, 200);
    },
  );
}

/** What is wrong with the text itself, or why nothing is found by an ID that is in order. */
function whyNothing(
  { uuid, deliveryId, isEmail, wrong }: Searched,
  isFound: boolean,
  withEmails: boolean,
): string | null {
  if (isEmail && !withEmails) {
    return 'E-mail addresses are masked here, and cannot be searched by. Operators can with ?unmask=true.';
  }
  if (wrong !== null || isFound) return wrong;
  if (uuid?.place === 'foreign') {
    return 'This uuid is none of Throughline’s (those are of version 8), and no event has it as its id.';
  }
  if (uuid) {
    return 'This ID is in order, but nothing with it has been recorded: it is too new, older than what is kept, or of another environment.';
  }
  return deliveryId === null ? null : 'No delivery with this id has been recorded.';
}
