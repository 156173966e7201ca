// /api/admin/configuration: the whole document, for reading, comparing and replacing.
import { Hono } from 'hono';
import { z } from 'zod';
import { compareDocuments } from '../../config/compare-documents.ts';
import { shortenHashes } from '../../config/key-hashes.ts';
import { stableJson } from '../../config/stable-json.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import {
  changeConfiguration,
  checkDocument,
  type Current,
  readCurrent,
  readStored,
} from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { noteSchema } from './note-query.ts';
import { requirePrecondition, versionEtag } from './preconditions.ts';
import {
  changedSchema,
  type ChangesView,
  changesViewSchema,
  type ConfigurationView,
  configurationViewSchema,
} from './views.ts';

/** Its shape is told by path when it is checked; at the door it need only be an object. */
const anyDocument = z.looseObject({});

const documentExample = {
  format: 1,
  routes: { orders: { destinations: ['https://jobs.example.com/hooks/orders'] } },
};

const putQuery = z.object({ note: noteSchema, dryRun: z.stringbool().default(false) });
const putAnswerSchema = z.union([changedSchema, changesViewSchema]);
const exportSchema = z.looseObject({ format: z.literal(1) });
const exportQuery = z.object({
  hashes: z.enum(['short', 'full']).default('short').meta({
    description: 'Of keys: who has the full ones can sign URLs, which is written to the audit.',
  }),
});

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
    .get(
      '/',
      endpoint({
        summary: 'Read the whole configuration',
        tag: 'Configuration',
        answers: {
          200: {
            description: 'The stored version.',
            schema: configurationViewSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { publication, text, ...facts } = await deps.store.current();
        const view: ConfigurationView = {
          ...facts,
          published: publication,
          configuration: shortenHashes(readStored(facts.version, text)),
        };
        return context.json(view, 200, { etag: versionEtag(facts.version) });
      },
    )
    .put(
      '/',
      endpoint({
        summary: 'Replace the whole configuration',
        description: 'With `dryRun` it only tells what would change, and asks for no precondition.',
        tag: 'Configuration',
        hasPrecondition: true,
        query: putQuery,
        json: anyDocument,
        example: documentExample,
        answers: {
          200: {
            description: 'The version that has it, or what would change.',
            schema: putAnswerSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['configuration_unreadable', 'configuration_busy', 'configuration_unreachable'],
      }),
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
    .post(
      '/diff',
      endpoint({
        summary: 'Compare a document with the stored configuration',
        tag: 'Configuration',
        json: anyDocument,
        example: documentExample,
        answers: { 200: { description: 'What would change.', schema: changesViewSchema } },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) =>
        context.json(changesOf(context.req.valid('json'), await readCurrent(deps)), 200),
    )
    .get(
      '/export',
      endpoint({
        summary: 'Export the configuration as it lives in git',
        tag: 'Configuration',
        query: exportQuery,
        answers: {
          200: {
            description: 'The document, indented.',
            schema: exportSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
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
      },
    );
}
