// /api/admin/versions: what the configuration was, what a version changed, and going back to one.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { compareDocuments } from '../../config/compare-documents.ts';
import { shortenHashes } from '../../config/key-hashes.ts';
import type { ApiEnv } from '../env.ts';
import { notFound, refuseInvalid } from '../problem.ts';
import { changeConfiguration, readStored } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { jsonBody } from './json-body.ts';
import { noteSchema } from './note-query.ts';
import { numberedPage, numberedPageQuery } from './page-query.ts';
import { requirePrecondition, versionEtag } from './preconditions.ts';
import type { VersionChangesView, VersionPage, VersionView } from './views.ts';

const versionNumber = z.coerce.number().int().nonnegative();
const versionParam = z.object({ version: versionNumber });
const diffQuery = z.object({ from: versionNumber.optional() });
const rollback = z.strictObject({
  note: noteSchema,
  /** `keep`: keys stay as they are now, so that no revoked key comes back. `restore`: as they were. */
  keys: z.enum(['keep', 'restore']).default('keep'),
});

export function versionRoutes(deps: AdminDeps) {
  const kept = async (version: number): Promise<{ text: string }> => {
    const found = await deps.store.version(version);
    if (!found) throw notFound(`Version ${version}`);
    return found;
  };
  /** As it was written, whichever Throughline wrote it. */
  const shown = async (version: number): Promise<unknown> =>
    shortenHashes<unknown>(JSON.parse((await kept(version)).text));

  return new Hono<ApiEnv>()
    .get('/', zValidator('query', numberedPageQuery, refuseInvalid), async (context) => {
      const { limit, cursor } = context.req.valid('query');
      // One more than asked for tells whether there is a next page.
      const found = await deps.store.versions({ limit: limit + 1, before: cursor ?? null });
      const { items, nextCursor } = numberedPage(found, limit, ({ version }) => version);
      const page: VersionPage = { versions: [...items], nextCursor };
      return context.json(page, 200);
    })
    .get('/:version', zValidator('param', versionParam, refuseInvalid), async (context) => {
      const { version } = context.req.valid('param');
      const found = await deps.store.version(version);
      if (!found) throw notFound(`Version ${version}`);
      const { text, ...facts } = found;
      const view: VersionView = { ...facts, configuration: shortenHashes(JSON.parse(text)) };
      return context.json(view, 200);
    })
    .get(
      '/:version/diff',
      zValidator('param', versionParam, refuseInvalid),
      zValidator('query', diffQuery, refuseInvalid),
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
      zValidator('param', versionParam, refuseInvalid),
      jsonBody(rollback),
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
