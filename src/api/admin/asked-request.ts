// What an admin asks the edge for, to look ahead or to test: shape only.
import { z } from 'zod';
import { routeNameSchema } from '../../config/configuration.ts';
import type { DryRunRequest } from '../../deliveries/dry-run-report.ts';

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be a header’s name');

export const askedRequestSchema = z
  .strictObject({
    /** As the sender would ask: `/?destinations=…`, `/r/{route}`, with or without the edge's host. */
    url: z.string().min(1).max(65_536).nullable().default(null),
    /** Instead of a URL: a stored route. */
    route: routeNameSchema.nullable().default(null),
    method: z
      .string()
      .regex(/^[A-Z]{1,20}$/, 'must be a method in capitals')
      .default('POST'),
    headers: z
      .record(
        headerName,
        z
          .string()
          .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be a header’s value, without line ends'),
      )
      .default({}),
    /** As text, or as JSON, which is sent as it stands here. */
    body: z
      .union([z.string(), z.looseObject({}), z.array(z.unknown())])
      .nullable()
      .default(null),
    /** Whose key the sender has; null: the key of the Worker's variables. */
    keyId: z.string().min(1).max(64).nullable().default(null),
  })
  .refine(({ url, route }) => (url === null) !== (route === null), {
    path: ['url'],
    message: 'give either url or route',
  })
  .meta({ description: 'Either `url` or `route`.' });

export function askedRequest(asked: z.output<typeof askedRequestSchema>): DryRunRequest {
  const { url, route, body, ...rest } = asked;
  return {
    ...rest,
    url: url ?? `/r/${route}`,
    body: body === null || typeof body === 'string' ? body : JSON.stringify(body),
  };
}
