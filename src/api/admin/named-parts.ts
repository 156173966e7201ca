// Routes and destinations, one by one: both are members of a record in the configuration, by a name of their own.
import type { Context } from 'hono';
import type { KnownDestination, StoredRoute } from '../../config/configuration.ts';
import type { ApiEnv } from '../env.ts';
import { notStored } from '../problem.ts';
import { changeConfiguration, readCurrent } from './change-configuration.ts';
import type { AdminDeps } from './deps.ts';
import { partEtag, requirePrecondition } from './preconditions.ts';
import type { Changed } from './views.ts';

type Parts = { routes: StoredRoute; destinations: KnownDestination };
type Collection = keyof Parts;

const nouns = { routes: 'route', destinations: 'destination' } as const;

/** @throws ApiProblem 404 */
export async function readPart<C extends Collection>(
  deps: AdminDeps,
  collection: C,
  name: string,
): Promise<{ part: Parts[C]; etag: string }> {
  const { configuration } = await readCurrent(deps);
  const part = partOf(configuration, collection, name);
  if (part === null) throw unknown(collection, name);
  return { part, etag: await partEtag(part) };
}

/** Stores one, where the request's precondition holds. */
export function putPart<C extends Collection>(
  deps: AdminDeps,
  context: Context<ApiEnv>,
  change: { collection: C; name: string; part: Parts[C]; note: string },
): Promise<Changed> {
  const { collection, name, part, note } = change;
  return changeConfiguration(deps, context, {
    action: `${nouns[collection]}.put`,
    subject: shownName(name),
    note,
    edit: async ({ configuration }) => {
      const there = partOf(configuration, collection, name);
      requirePrecondition(context.req, there === null ? null : await partEtag(there));
      return { ...configuration, [collection]: { ...configuration[collection], [name]: part } };
    },
  });
}

/** Takes one away, where the request's precondition holds. @throws ApiProblem 404 where it is not there */
export function deletePart(
  deps: AdminDeps,
  context: Context<ApiEnv>,
  change: { collection: Collection; name: string; note: string },
): Promise<Changed> {
  const { collection, name, note } = change;
  return changeConfiguration(deps, context, {
    action: `${nouns[collection]}.delete`,
    subject: shownName(name),
    note,
    edit: async ({ configuration }) => {
      const there = partOf(configuration, collection, name);
      if (there === null) throw unknown(collection, name);
      requirePrecondition(context.req, await partEtag(there));
      const { [name]: _gone, ...others } = configuration[collection];
      return { ...configuration, [collection]: others };
    },
  });
}

function partOf<C extends Collection>(
  configuration: { [Name in Collection]: Record<string, Parts[Name]> },
  collection: C,
  name: string,
): Parts[C] | null {
  const parts = configuration[collection];
  return Object.hasOwn(parts, name) ? (parts[name] ?? null) : null;
}

function unknown(collection: Collection, name: string): ReturnType<typeof notStored> {
  const what = `The ${nouns[collection]} ${name.slice(0, 200)}`;
  return notStored(what, `GET /api/admin/${collection}`);
}

/** For the audit: the query of a destination may hold a secret. */
function shownName(name: string): string {
  return name.split('?', 1)[0] ?? '';
}
