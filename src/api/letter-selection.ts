// How the API is asked for dead letters: by what they have in common, in a query or in a body, or by their ids. Only shapes
// and what is wrong with them.
import type { Context } from 'hono';
import { z } from 'zod';
import { anyLetter, type LetterFilter } from '../store/letter-filter.ts';
import { deathReasonSchema } from '../store/record.ts';
import type { LetterSelection } from '../store/replay-runs.ts';
import { deliveryId } from './delivery-id.ts';
import type { ApiDeps } from './deps.ts';
import type { ApiEnv } from './env.ts';
import { maySearchEmails } from './masked-search.ts';
import { numberParam } from './number-param.ts';
import { invalid } from './problem.ts';
import { timeParam } from './times.ts';

const mostIds = 10_000;

const name = z.string().min(1).max(2_048);
const reason = deathReasonSchema;
const status = z.number().int().min(0).max(599);
const error = z.string().min(1).max(4_000);
const q = z.string().trim().min(2).max(200);

/** One of each, as in other lists. */
const letterFilters = z.object({
  from: timeParam.optional().meta({ description: 'Died at this time or later.' }),
  to: timeParam.optional().meta({ description: 'Died before this time.' }),
  source: name.optional().meta({ description: 'Came from this database.' }),
  trigger: name.optional().meta({ description: 'This trigger fired.' }),
  job: name.optional().meta({ description: 'Was for this job.' }),
  destination: name.optional().meta({ description: 'Its last attempt went to this URL.' }),
  reason: reason.optional().meta({ description: 'Why nobody tries it again.' }),
  status: numberParam(status)
    .optional()
    .meta({ description: 'Of its last attempt; 0: no answer came.' }),
  error: error.optional().meta({ description: 'Of its last attempt, whole.' }),
  q: q.optional().meta({
    description:
      'Is its row (`orders#42`, or the key alone), the ID of it, its event or its cascade, or stands in its error, job, trigger or destination.',
  }),
});

const outOfOrder = 'must be after from';
const isInOrder = ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
  !from || !to || Date.parse(from) < Date.parse(to);

/** The filters of a GET, with what else it takes. */
export function letterQuery<Shape extends z.ZodRawShape>(others: z.ZodObject<Shape>) {
  return others.extend(letterFilters.shape);
}

const anyOf = <T extends z.ZodType>(value: T) => z.array(value).min(1).max(100).optional();

const filterSchema = z
  .strictObject({
    /** Of the death; `to` is exclusive. */
    from: timeParam.optional(),
    to: timeParam.optional(),
    sources: anyOf(name),
    triggers: anyOf(name),
    jobs: anyOf(name),
    destinations: anyOf(name),
    reasons: anyOf(reason),
    /** Of the last attempt; 0 where no answer came. */
    statuses: anyOf(status),
    /** Of the last attempt, whole. */
    errors: anyOf(error),
    /** Its row, an ID of it, or a part of its error, job, trigger or destination. */
    q: q.optional(),
  })
  .refine(isInOrder, { path: ['to'], message: outOfOrder });

/** Of a body: either is given, which {@link isOneOfBoth} checks. */
export const selectionShape = {
  /** {}: every dead letter there is. */
  filter: filterSchema.optional(),
  deliveryIds: z.array(deliveryId).min(1).max(mostIds).optional(),
};
/** The same for the description: what a generated client can send. */
export const oneOfBothRequired = {
  oneOf: [{ required: ['filter'] }, { required: ['deliveryIds'] }],
};
export const oneOfBoth = 'must have either a filter or deliveryIds';
export const isOneOfBoth = (given: { filter?: unknown; deliveryIds?: unknown }): boolean =>
  (given.filter === undefined) !== (given.deliveryIds === undefined);

type AskedFilter = z.output<typeof letterFilters>;
type AskedSelection = { [K in keyof typeof selectionShape]?: z.output<(typeof selectionShape)[K]> };

function one<T>(value: T | undefined): T[] | null {
  return value === undefined ? null : [value];
}

/** @throws ApiProblem 400 */
export async function filterOfQuery(
  context: Context<ApiEnv>,
  asked: AskedFilter,
  deps: Pick<ApiDeps, 'access'>,
): Promise<LetterFilter> {
  if (!isInOrder(asked)) throw invalid([{ in: 'query', name: 'to', message: outOfOrder }]);
  await refuseEmails(context, { q: asked.q, error: asked.error }, 'query', deps);
  return {
    from: asked.from ?? null,
    to: asked.to ?? null,
    sources: one(asked.source),
    triggers: one(asked.trigger),
    jobs: one(asked.job),
    destinations: one(asked.destination),
    reasons: one(asked.reason),
    statuses: one(asked.status),
    errors: one(asked.error),
    q: asked.q ?? null,
  };
}

/** @throws ApiProblem 400 */
export async function selectionOf(
  context: Context<ApiEnv>,
  { filter, deliveryIds }: AskedSelection,
  deps: Pick<ApiDeps, 'access'>,
): Promise<LetterSelection> {
  if (deliveryIds) return { deliveryIds };
  await refuseEmails(context, { q: filter?.q, errors: filter?.errors?.join(' ') }, 'json', deps);
  const given = Object.entries(filter ?? {}).filter(([, value]) => value !== undefined);
  return { filter: { ...anyLetter, ...Object.fromEntries(given) } };
}

/** Whoever is shown marks in the place of e-mail addresses could feel for them. */
async function refuseEmails(
  context: Context<ApiEnv>,
  texts: Record<string, string | undefined>,
  part: 'query' | 'json',
  deps: Pick<ApiDeps, 'access'>,
): Promise<void> {
  const withEmail = Object.keys(texts).filter((member) => texts[member]?.includes('@'));
  if (withEmail.length === 0 || (await maySearchEmails(context, deps))) return;
  throw invalid(
    withEmail.map((member) => ({
      in: part,
      name: part === 'json' ? `filter.${member}` : member,
      message: 'has an e-mail address in it, which is masked here: operators can with ?unmask=true',
    })),
  );
}
