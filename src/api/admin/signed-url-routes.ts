// POST /api/admin/signed-urls: a URL that stands in for an ingest key, for a sender that can set no header.
import { Hono } from 'hono';
import { z } from 'zod';
import { routeNameSchema } from '../../config/configuration.ts';
import { endpoint } from '../endpoint.ts';
import type { ApiEnv } from '../env.ts';
import { ApiProblem, notStored } from '../problem.ts';
import { readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { signUrl } from './ingest-key.ts';
import { type SignedUrlView, signedUrlViewSchema } from './views.ts';

const wanted = z
  .strictObject({
    /** Null: the key of the Worker's variables. */
    keyId: z.string().min(1).max(64).nullable().default(null),
    /** A stored route; null: `query` says where events go. */
    route: routeNameSchema.nullable().default(null),
    /** As it will stand in the URL, percent-encoded, without `?`. */
    query: z
      .string()
      .max(16_384)
      .regex(/^[\x21\x22\x24-\x7e]*$/, 'must be percent-encoded ASCII, without # or blanks')
      .refine((text) => !text.startsWith('?'), 'must not begin with ?')
      .refine(
        (text) => !/(?:^|&)(?:key|signature)=/.test(text),
        'must not name key or signature: they are added',
      )
      .default(''),
  })
  .refine(({ route, query }) => route !== null || query !== '', {
    path: ['query'],
    message: 'must say where events go (destinations=…) where no route is named',
  })
  .meta({ description: '`route`, or a `query` that says where events go.' });

export function signedUrlRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>().post(
    '/',
    endpoint({
      summary: 'Sign a URL that stands in for an ingest key',
      tag: 'Signed URLs',
      json: wanted,
      example: { keyId: 'shop-1f2e3d4c', route: 'orders' },
      answers: {
        201: { description: 'For a sender that can set no header.', schema: signedUrlViewSchema },
      },
      problems: ['not_found', 'key_scope', 'configuration_unreadable', 'configuration_unreachable'],
    }),
    async (context) => {
      const { keyId, route, query } = context.req.valid('json');
      const { configuration } = await readCurrent(deps);
      const sha256 =
        keyId === null
          ? deps.bootstrapKey?.sha256
          : Object.hasOwn(configuration.keys, keyId)
            ? configuration.keys[keyId]?.sha256
            : undefined;
      if (sha256 === undefined) {
        throw notStored(
          keyId === null ? 'A key in the Worker’s variables' : `The key ${keyId}`,
          'GET /api/admin/keys',
        );
      }
      if (route !== null && !Object.hasOwn(configuration.routes, route)) {
        throw notStored(`The route ${route}`, 'GET /api/admin/routes');
      }
      const allowed = keyId === null ? null : (configuration.keys[keyId]?.routes ?? null);
      if (route !== null && allowed !== null && !allowed.includes(route)) {
        throw new ApiProblem(
          'key_scope',
          `The key ${keyId} may use these routes: ${allowed.join(', ') || 'none'}.`,
        );
      }
      const path = route === null ? '/' : `/r/${route}`;
      const url = await signUrl({ path, query }, { id: keyId, sha256 });
      await deps.store.note({
        ...context.get('who'),
        action: 'signed_url.create',
        subject: keyId ?? 'the key of the variables',
        note: route === null ? '' : `for the route ${route}`,
        outcome: 'applied',
        detail: null,
      });
      const view: SignedUrlView = { url };
      return context.json(view, 201);
    },
  );
}
