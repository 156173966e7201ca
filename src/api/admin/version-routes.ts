// /api/admin/versions: what the configuration was, what a version changed, and going back to one.
import { Hono } from 'hono';
import { z } from 'zod';
import { compareDocuments } from '../../config/compare-documents.ts';
import { shortenHashes } from '../../config/key-hashes.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { numberParam } from '../number-param.ts';
import { numberedPageQuery } from '../page-query.ts';
import { notStored } from '../problem.ts';
import { changeConfiguration, readStored } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { noteSchema } from './note-query.ts';
import { numberedPage } from './page-query.ts';
import { requirePrecondition, versionEtag } from './preconditions.ts';
import {
  changedSchema,
  type VersionChangesView,
  versionChangesViewSchema,
  type VersionPage,
  versionPageSchema,
  type VersionView,
  versionViewSchema,
} from './views.ts';

const versionNumber = numberParam(z.number().int().nonnegative());
const versionParam = z.object({ version: versionNumber.meta({ example: 3 }) });
const diffQuery = z.object({
  from: versionNumber.optional().meta({ description: 'The version before it, unless it is said.' }),
});
const rollback = z.strictObject({
  note: noteSchema,
  /** `keep`: keys stay as they are now, so that no revoked key comes back. `restore`: as they were. */
  keys: z.enum(['keep', 'restore']).default('keep'),
});

export function versionRoutes(deps: AdminDeps) {
  const kept = async (version: number): Promise<{ text: string }> => {
    const found = await deps.store.version(version);
    if (!found) throw notStored(`Version ${version}`, 'GET /api/admin/versions');
    return found;
  };
  /** As it was written, whichever Throughline wrote it. */
  const shown = async (version: number): Promise<unknown> =>
    shortenHashes<unknown>(JSON.parse((await kept(version)).text));

  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List versions of the configuration, newest first',
        tag: 'Versions',
        query: numberedPageQuery,
        answers: { 200: { description: 'A page of them.', schema: versionPageSchema } },
        problems: ['configuration_unreachable'],
      }),
      async (context) => {
        const { limit, cursor } = context.req.valid('query');
        // One more than asked for tells whether there is a next page.
        const found = await deps.store.versions({ limit: limit + 1, before: cursor ?? null });
        const { items, nextCursor } = numberedPage(found, limit, ({ version }) => version);
        const page: VersionPage = { versions: [...items], nextCursor };
        return context.json(page, 200);
      },
    )
    .get(
      '/:version',
      endpoint({
        summary: 'Read a version of the configuration',
        tag: 'Versions',
        param: versionParam,
        answers: {
          200: { description: 'It, as its Throughline wrote it.', schema: versionViewSchema },
        },
        problems: ['not_found', 'configuration_unreachable'],
      }),
      async (context) => {
        const { version } = context.req.valid('param');
        const found = await deps.store.version(version);
        if (!found) throw notStored(`Version ${version}`, 'GET /api/admin/versions');
        const { text, ...facts } = found;
        const view: VersionView = { ...facts, configuration: shortenHashes(JSON.parse(text)) };
        return context.json(view, 200);
      },
    )
    .get(
      '/:version/diff',
      endpoint({
        summary: 'Tell what a version changed',
        tag: 'Versions',
        param: versionParam,
        query: diffQuery,
        answers: { 200: { description: 'What differs.', schema: versionChangesViewSchema } },
        problems: ['not_found', 'configuration_unreachable'],
      }),
      async (context) => {
        const { version } = context.req.valid('param');
        const { from = Math.max(0, version - 1) } = context.req.valid('query');
        const [before, after] = await Promise.all([shown(from), shown(version)]);
        const view: VersionChangesView = {
          from,
          to: version,
          changes: compareDocuments(before, after),
        };
        return context.json(view, 200);
      },
    )
    .post(
      '/:version/rollback',
      endpoint({
        summary: 'Go back to a version',
        description:
          'Stores it again, as a new version. `If-Match` names the version that is replaced.',
        tag: 'Versions',
        hasPrecondition: true,
        param: versionParam,
        json: rollback,
        example: { note: 'The new route loses orders.', keys: 'keep' },
        answers: {
          200: {
            description: 'The version that has it.',
            schema: changedSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: [
          'not_found',
          'configuration_unreadable',
          'configuration_busy',
          'configuration_unreachable',
        ],
      }),
      async (context) => {
        const { version } = context.req.valid('param');
        const { note, keys } = context.req.valid('json');
        const { text } = await kept(version);
        const old = readStored(version, text);
        const changed = await changeConfiguration(deps, context, {
          action: 'configuration.rollback',
          subject: `to version ${version}`,
          note,
          edit: (current) => {
            requirePrecondition(context.req, versionEtag(current.version));
            // Who may do what stays as it is: going back must not bring anybody back.
            const { access: _before, ...others } = old;
            return keys === 'keep' ? { ...others, keys: current.configuration.keys } : others;
          },
        });
        return context.json(changed, 200, { etag: versionEtag(changed.version) });
      },
    );
}
