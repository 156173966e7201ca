// /api/admin/settings: what holds for every route, and nothing of its own name.
import { Hono } from 'hono';
import type { Configuration } from '../../config/configuration.ts';
import { builtInRetryPolicy } from '../../config/retry-policy.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { changeConfiguration, readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { noteQuery } from './note-query.ts';
import { partEtag, requirePrecondition } from './preconditions.ts';
import { changedSchema, settingsSchema, type SettingsView, settingsViewSchema } from './views.ts';

export function settingsRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'Read the settings',
        tag: 'Settings',
        answers: {
          200: {
            description: 'As stored, and what stands where one is null.',
            schema: settingsViewSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const settings = settingsOf((await readCurrent(deps)).configuration);
        const view: SettingsView = { settings, builtIn: { retries: builtInRetryPolicy } };
        return context.json(view, 200, { etag: await partEtag(settings) });
      },
    )
    .put(
      '/',
      endpoint({
        summary: 'Replace the settings',
        description: 'What is left out is left out from now on.',
        tag: 'Settings',
        hasPrecondition: true,
        query: noteQuery,
        json: settingsSchema,
        example: {
          sources: { shop: { rowKeys: { 'public.order_lines': ['order_id', 'position'] } } },
        },
        answers: {
          200: {
            description: 'The version that has them.',
            schema: changedSchema,
            headers: { etag: 'For If-Match.' },
          },
        },
        problems: ['configuration_unreadable', 'configuration_busy', 'configuration_unreachable'],
      }),
      async (context) => {
        const settings = context.req.valid('json');
        let stored = settings;
        const changed = await changeConfiguration(deps, context, {
          action: 'settings.put',
          subject: null,
          note: context.req.valid('query').note,
          edit: async ({ configuration }) => {
            requirePrecondition(context.req, await partEtag(settingsOf(configuration)));
            // What is left out is left out from now on, but for who may do what.
            const { loops: _loops, disableAfterDays: _days, ...others } = configuration;
            const next = { ...others, ...settings };
            stored = settingsOf(next);
            return next;
          },
        });
        return context.json(changed, 200, { etag: await partEtag(stored) });
      },
    );
}

function settingsOf(configuration: Configuration): SettingsView['settings'] {
  return settingsSchema.strip().parse(configuration);
}
