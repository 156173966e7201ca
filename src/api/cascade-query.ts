// What the list of cascades can be asked for. Only shapes and what is wrong with them.
import { z } from 'zod';
import { numberParam } from './number-param.ts';
import { pageQuery } from './page-query.ts';
import { readRowText } from '../store/row-text.ts';
import { timeParam } from './times.ts';
import { actorViewSchema } from './views.ts';

const name = z.string().min(1).max(2_000);
const longestMs = 366 * 86_400_000;
const durationMs = numberParam(z.number().int().min(0).max(longestMs));
const flag = z.enum(['true', 'false']).default('false');

const filters = z.object({
  from: timeParam.optional().meta({ description: 'Began at this time or later.' }),
  until: timeParam.optional().meta({ description: 'Began before this time.' }),
  source: name.optional().meta({ description: 'Something came from this database.' }),
  trigger: name.optional().meta({ description: 'This trigger fired.' }),
  table: name.optional().meta({ description: 'A table of this name was written.' }),
  job: name.optional().meta({ description: 'Something was delivered to this job.' }),
  route: name.optional().meta({
    description: 'Something took this route, or was delivered to this URL.',
  }),
  actor: name.optional().meta({
    description:
      'This person (an e-mail) or declared system wrote something. Where e-mails are masked, an e-mail needs `unmask=true`.',
  }),
  actorKind: actorViewSchema.shape.kind
    .optional()
    .meta({ description: 'What a write that began something says of its author.' }),
  status: z
    .enum(['running', 'waiting', 'delivered', 'failed', 'dead'])
    .optional()
    .meta({ description: 'The cascade’s `state`. `dead`: it has a dead letter.' }),
  minMs: durationMs.optional().meta({ description: 'It took at least so long, and has ended.' }),
  maxMs: durationMs.optional().meta({ description: 'It took at most so long, and has ended.' }),
  row: z
    .string()
    .max(2_000)
    .transform((text, context) => {
      const row = readRowText(text);
      if (row) return row;
      context.addIssue({
        code: 'custom',
        message: 'must name a row as orders#42, public.orders#42 or shop/public/orders/42',
      });
      return z.NEVER;
    })
    .optional()
    .meta({
      description:
        'This row was written: `orders#42`, `orders 42`, `public.orders#42` or `shop/public/orders/42`.',
    }),
  text: z.string().trim().min(2).max(200).optional().meta({
    description:
      'Stands in a name (of a trigger, table, job, actor, source or target), begins its ID (8 digits or more) or names a row.',
  }),
  errors: flag.meta({ description: '`true`: a delivery of it has failed or is dead.' }),
  incomplete: flag.meta({
    description: '`true`: a cause that is named in it, or its beginning, has not been recorded.',
  }),
});

export const linksQuery = z.object({
  links: z.enum(['certain', 'all']).default('all').meta({
    description:
      '`certain` leaves weak links out: every trace stands alone then, also one that a weak link joins.',
  }),
});

/** How a whole cascade is written. */
export const wholeQuery = linksQuery.extend({
  form: z.enum(['objects', 'columns']).default('objects').meta({
    description:
      '`columns`: for programs that draw large cascades, a twentieth of the size when compressed, see docs/columns.md.',
  }),
});

export const cascadeQuery = pageQuery(z.uuid())
  .extend(linksQuery.shape)
  .extend(filters.shape)
  .refine(({ from, until }) => !from || !until || Date.parse(from) < Date.parse(until), {
    path: ['until'],
    message: 'must be after from',
  })
  .refine(({ minMs, maxMs }) => minMs === undefined || maxMs === undefined || minMs <= maxMs, {
    path: ['maxMs'],
    message: 'must not be below minMs',
  })
  .refine((query) => query.links === 'all' || !isFiltered(query), {
    path: ['links'],
    message: 'certain goes with no filter: filters are about whole cascades',
  });

export type CascadeFilters = z.output<typeof filters>;

export function isFiltered({ errors, incomplete, ...others }: CascadeFilters): boolean {
  const asked = new Map<string, unknown>(Object.entries(others));
  return (
    errors === 'true' ||
    incomplete === 'true' ||
    Object.keys(filters.shape).some((filter) => asked.get(filter) !== undefined)
  );
}
