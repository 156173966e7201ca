// /api/admin/configuration: the whole document, for reading, comparing and replacing.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { z } from 'zod';
import { compareDocuments } from '../../config/compare-documents.ts';
import { shortenHashes } from '../../config/key-hashes.ts';
import { stableJson } from '../../config/stable-json.ts';
import type { ApiEnv } from '../env.ts';
import { refuseInvalid } from '../problem.ts';
import {
  changeConfiguration,
  checkDocument,
  type Current,
  readCurrent,
  readStored,
} from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { jsonBody } from './json-body.ts';
import { noteSchema } from './note-query.ts';
import { requirePrecondition, versionEtag } from './preconditions.ts';
import type { ChangesView, ConfigurationView } from './views.ts';

/** Its shape is told by path when it is checked; at the door it need only be an object. */
const anyDocument = z.looseObject({});

const putQuery = z.object({ note: noteSchema, dryRun: z.stringbool().default(false) });
const exportQuery = z.object({ hashes: z.enum(['short', 'full']).default('short') });

export function configurationRoutes(deps: AdminDeps) {
  const changesOf = (document: unknown, current: Current): ChangesView => {
    const { configuration } = checkDocument(deps, document, current.configuration);
    const changes = compareDocuments(
      shortenHashes(current.configuration),
      shortenHashes(configuration),
    );
    return { version: current.version, changed: changes.length > 0, changes };
  };
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const { publication, text, ...facts } = await deps.store.current();
      const view: ConfigurationView = {
        ...facts,
        published: publication,
        configuration: shortenHashes(readStored(facts.version, text)),
      };
      return context.json(view, 200, { etag: versionEtag(facts.version) });
    })
    .put(
      '/',
      zValidator('query', putQuery, refuseInvalid),
      jsonBody(anyDocument),
      async (context) => {
        const { note, dryRun } = context.req.valid('query');
        const document = context.req.valid('json');
        if (dryRun) return context.json(changesOf(document, await readCurrent(deps)), 200);
        const changed = await changeConfiguration(deps, context, {
          action: 'configuration.put',
          subject: null,
          note,
          edit: ({ version }) => {
            requirePrecondition(context.req, versionEtag(version));
            return document;
          },
        });
        return context.json(changed, 200, { etag: versionEtag(changed.version) });
      },
    )
    .post('/diff', jsonBody(anyDocument), async (context) =>
      context.json(changesOf(context.req.valid('json'), await readCurrent(deps)), 200),
    )
    .get('/export', zValidator('query', exportQuery, refuseInvalid), async (context) => {
      const { hashes } = context.req.valid('query');
      const { version, configuration } = await readCurrent(deps);
      if (hashes === 'full') {
        // Whoever has them can sign URLs.
        const action = { action: 'configuration.export', subject: 'with full hashes', note: '' };
        const entry = {
          ...context.get('who'),
          ...action,
          outcome: 'applied',
          detail: null,
        } as const;
        await deps.store.note(entry);
      }
      const document = hashes === 'full' ? configuration : shortenHashes(configuration);
      return context.body(`${stableJson(document, 2)}\n`, 200, {
        'content-type': 'application/json',
        etag: versionEtag(version),
      });
    });
}
