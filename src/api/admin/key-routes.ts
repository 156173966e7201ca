// /api/admin/keys: ingest keys, made, rotated with overlap, revoked. None of these replaces what somebody else has
// written, so none asks for a precondition: revoking must be quick.
import { Hono } from 'hono';
import { z } from 'zod';
import { type Configuration, ingestKeySchema } from '../../config/configuration.ts';
import { shortenHashes } from '../../config/key-hashes.ts';
import type { ApiEnv } from '../env.ts';
import { endpoint } from '../endpoint.ts';
import { ApiProblem, invalid, notStored } from '../problem.ts';
import { changeConfiguration, readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { type DrawnKey, drawKey } from './ingest-key.ts';
import { noteQuery } from './note-query.ts';
import {
  changedSchema,
  type KeyCreatedView,
  keyCreatedViewSchema,
  type KeyListView,
  keyListViewSchema,
} from './views.ts';

type IngestKey = Configuration['keys'][string];

/** Of the routes that there are, in an error. */
const mostNamed = 20;

const keyParam = z.object({
  id: z.string().min(1).max(64).meta({ example: 'shop-1f2e3d4c' }),
});
const newKeySchema = ingestKeySchema.omit({ sha256: true, createdAt: true });
const rotation = z.strictObject({
  /** How long the old key goes on working, in s: a day, unless it is said. */
  overlapSeconds: z.number().int().min(0).max(31_536_000).default(86_400),
  note: ingestKeySchema.shape.note.optional(),
});

export function keyRoutes(deps: AdminDeps) {
  return new Hono<ApiEnv>()
    .get(
      '/',
      endpoint({
        summary: 'List ingest keys',
        tag: 'Ingest keys',
        answers: { 200: { description: 'Never the keys themselves.', schema: keyListViewSchema } },
        problems: ['configuration_unreadable', 'configuration_unreachable'],
      }),
      async (context) => {
        const { keys } = shortenHashes((await readCurrent(deps)).configuration);
        const now = deps.now();
        const view: KeyListView = {
          keys: Object.entries(keys).map(([id, key]) => ({ id, ...key, state: stateOf(key, now) })),
          byVariable: deps.bootstrapKey && { source: deps.bootstrapKey.source },
        };
        return context.json(view, 200);
      },
    )
    .post(
      '/',
      endpoint({
        summary: 'Make an ingest key',
        tag: 'Ingest keys',
        json: newKeySchema,
        example: { source: 'shop', note: 'Hasura, production', routes: ['orders'] },
        answers: { 201: { description: 'The key, told this once.', schema: keyCreatedViewSchema } },
        problems: [
          'configuration_unreadable',
          'configuration_busy',
          'key_exists',
          'key_expired',
          'configuration_unreachable',
        ],
      }),
      async (context) => {
        const given = context.req.valid('json');
        const now = deps.now();
        if (given.expiresAt !== null && Date.parse(given.expiresAt) <= now) {
          throw expired('expiresAt is over already: the key would never be let in.');
        }
        const drawn = await drawKey(given.source);
        const key: IngestKey = { ...given, sha256: drawn.sha256, createdAt: timeOf(now) };
        const changed = await changeConfiguration(deps, context, {
          action: 'key.create',
          subject: drawn.id,
          note: given.note,
          edit({ configuration }) {
            checkRoutesExist(key, configuration);
            return withKey(configuration, drawn, key);
          },
        });
        const view: KeyCreatedView = { ...changed, id: drawn.id, key: drawn.key };
        return context.json(view, 201);
      },
    )
    .post(
      '/:id/rotate',
      endpoint({
        summary: 'Rotate an ingest key',
        description: 'Makes a new one beside it; both work until the overlap ends.',
        tag: 'Ingest keys',
        param: keyParam,
        json: rotation,
        example: { overlapSeconds: 3_600 },
        answers: {
          201: { description: 'The new key, told this once.', schema: keyCreatedViewSchema },
        },
        problems: [
          'not_found',
          'configuration_unreadable',
          'configuration_busy',
          'key_exists',
          'key_expired',
          'configuration_unreachable',
        ],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        const { overlapSeconds, note } = context.req.valid('json');
        const { configuration: before } = await readCurrent(deps);
        const drawn = await drawKey(keyOf(before, id).source);
        const now = deps.now();
        const changed = await changeConfiguration(deps, context, {
          action: 'key.rotate',
          subject: `${id} by ${drawn.id}`,
          note: note ?? '',
          edit({ configuration }) {
            const old = keyOf(configuration, id);
            if (stateOf(old, now) === 'expired')
              throw expired(`The key ${id} has expired already.`);
            const endsAtMs = Math.min(
              now + overlapSeconds * 1_000,
              old.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(old.expiresAt),
            );
            const next: IngestKey = {
              ...old,
              sha256: drawn.sha256,
              createdAt: timeOf(now),
              note: note ?? old.note,
            };
            const { keys, ...rest } = withKey(configuration, drawn, next);
            return { ...rest, keys: { ...keys, [id]: { ...old, expiresAt: timeOf(endsAtMs) } } };
          },
        });
        const view: KeyCreatedView = { ...changed, id: drawn.id, key: drawn.key };
        return context.json(view, 201);
      },
    )
    .delete(
      '/:id',
      endpoint({
        summary: 'Revoke an ingest key',
        tag: 'Ingest keys',
        param: keyParam,
        query: noteQuery,
        answers: { 200: { description: 'The version that lacks it.', schema: changedSchema } },
        problems: [
          'not_found',
          'configuration_unreadable',
          'configuration_busy',
          'configuration_unreachable',
        ],
      }),
      async (context) => {
        const { id } = context.req.valid('param');
        const changed = await changeConfiguration(deps, context, {
          action: 'key.revoke',
          subject: id,
          note: context.req.valid('query').note,
          edit({ configuration }) {
            keyOf(configuration, id);
            const { [id]: _revoked, ...keys } = configuration.keys;
            return { ...configuration, keys };
          },
        });
        return context.json(changed, 200);
      },
    );
}

/** @throws ApiProblem 404 */
function keyOf({ keys }: Configuration, id: string): IngestKey {
  const key = Object.hasOwn(keys, id) ? keys[id] : undefined;
  if (!key) throw notStored(`The key ${id}`, 'GET /api/admin/keys');
  return key;
}

/**
 * A name that is misspelt would make a key that opens nothing. Only of a new key: its routes may be deleted later.
 * @throws ApiProblem 400
 */
function checkRoutesExist({ routes }: IngestKey, configuration: Configuration): void {
  const missing = (routes ?? []).flatMap((name, index) =>
    Object.hasOwn(configuration.routes, name) ? [] : [{ name, index }],
  );
  if (missing.length === 0) return;
  const there = Object.keys(configuration.routes).slice(0, mostNamed).join(', ') || 'none yet';
  throw invalid(
    missing.map(({ name, index }) => ({
      in: 'json',
      name: `routes.${index}`,
      message: `no route ${name} is stored (there are: ${there}); store it first`,
    })),
  );
}

/** @throws ApiProblem 409 where the id is taken: one in four thousand million */
function withKey(configuration: Configuration, { id }: DrawnKey, key: IngestKey): Configuration {
  if (Object.hasOwn(configuration.keys, id)) {
    throw new ApiProblem('key_exists', `The id ${id} is taken. Try again.`);
  }
  return { ...configuration, keys: { ...configuration.keys, [id]: key } };
}

function stateOf({ expiresAt }: Pick<IngestKey, 'expiresAt'>, nowMs: number): 'active' | 'expired' {
  return expiresAt !== null && Date.parse(expiresAt) <= nowMs ? 'expired' : 'active';
}

function expired(detail: string): ApiProblem {
  return new ApiProblem('key_expired', detail);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
