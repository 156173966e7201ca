// /api/admin/settings: what holds for every route, and nothing of its own name.
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { type Configuration, configurationSchema } from '../../config/configuration.ts';
import { builtInRetryPolicy } from '../../config/retry-policy.ts';
import type { ApiEnv } from '../env.ts';
import { refuseInvalid } from '../problem.ts';
import { changeConfiguration, readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { jsonBody } from './json-body.ts';
import { noteQuery } from './note-query.ts';
import { partEtag, requirePrecondition } from './preconditions.ts';
import type { SettingsView } from './views.ts';

const settingsSchema = configurationSchema.pick({
  sources: true,
  retries: true,
  rotationPersistenceSeconds: true,
  redaction: true,
  loops: true,
  limits: true,
  notifications: true,
  disableAfterDays: true,
  access: true,
});

export function settingsRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get('/', async (context) => {
      const settings = settingsOf((await readCurrent(deps)).configuration);
      const view: SettingsView = { settings, builtIn: { retries: builtInRetryPolicy } };
      return context.json(view, 200, { etag: await partEtag(settings) });
    })
    .put(
      '/',
      zValidator('query', noteQuery, refuseInvalid),
      jsonBody(settingsSchema),
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
