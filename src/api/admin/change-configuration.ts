// The one way in which the API changes the configuration: read it, edit it, check it, store it if nobody was faster.
import type { HonoRequest } from 'hono';
import type { AdminAction, Who } from '../../config/admin-store.ts';
import type { Configuration } from '../../config/configuration.ts';
import { withStoredKeys } from '../../config/key-hashes.ts';
import type { ConfigurationIssue } from '../../config/configuration-issue.ts';
import { readDocument } from '../../config/read-document.ts';
import { ApiProblem, invalid, type InvalidPart } from '../problem.ts';
import type { AdminDeps } from './deps.ts';
import type { Changed } from './views.ts';

export type Current = {
  version: number;
  configuration: Configuration;
};

export type Change = {
  /** Such as `route.put`. */
  action: string;
  subject: string | null;
  note: string;
  /**
   * Makes the new document. Called again, on what is there then, when somebody else was faster: preconditions are
   * held against `current` in here.
   */
  edit: (current: Current) => object | Promise<object>;
};

/** Somebody else cannot be faster that often, unless something is wrong. */
const tries = 5;

/**
 * Changes the configuration, and writes down who did what, also where it was refused.
 * @throws ApiProblem of `edit`, 400 where the result is not valid, 409 where others change it all the time
 */
export async function changeConfiguration(
  deps: AdminDeps,
  context: { req: HonoRequest; get(name: 'who'): Who },
  change: Change,
): Promise<Changed> {
  const { edit, ...named } = change;
  const action: AdminAction = { ...context.get('who'), ...named };
  try {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const current = await readCurrent(deps);
      const document = await edit(current);
      const text = checkDocument(deps, document, current.configuration).text;
      const outcome = await deps.store.store({ ...action, text, expectedVersion: current.version });
      if (outcome.stored) {
        const { version, changed, publication } = outcome;
        return { version, changed, published: publication };
      }
      if (outcome.reason === 'invalid') throw invalid(asInvalidParts(outcome.issues));
    }
  } catch (error) {
    if (error instanceof ApiProblem) await noteRefusal(deps, action, error);
    throw error;
  }
  throw new ApiProblem(
    'configuration_busy',
    'Others changed the configuration each time this change was about to be stored. Try again.',
  );
}

/**
 * The configuration as it is stored.
 * @throws ApiProblem 409 where a newer Throughline has stored what this one cannot read
 */
export async function readCurrent(deps: AdminDeps): Promise<Current> {
  const { version, text } = await deps.store.current();
  return { version, configuration: readStored(version, text) };
}

/** @throws ApiProblem 409, see {@link readCurrent} */
export function readStored(version: number, text: string): Configuration {
  const read = readDocument(JSON.parse(text));
  if (read.ok) return read.configuration;
  const what = read.issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new ApiProblem(
    'configuration_unreadable',
    `Version ${version} was stored by another version of Throughline, and this one does not understand: ${what.slice(0, 500)}`,
  );
}

/**
 * Checks a document that somebody wants to store in place of `before`. What was wrong before stays no obstacle: a
 * destination that the variables do not allow any more must not keep anybody from revoking a key.
 * @throws ApiProblem 400 with the path of everything that is wrong
 */
export function checkDocument(
  deps: AdminDeps,
  document: unknown,
  before: Configuration,
): { configuration: Configuration; text: string } {
  const read = readDocument(withStoredKeys(document, before));
  if (!read.ok) throw invalid(asInvalidParts(read.issues));
  const issues = deps.check(read.configuration);
  if (issues.length > 0) {
    const known = new Set(deps.check(before).map(asText));
    const isNew = issues.filter((issue) => !known.has(asText(issue)));
    if (isNew.length > 0) throw invalid(asInvalidParts(isNew));
  }
  return read;
}

function asText({ path, message }: ConfigurationIssue): string {
  return `${path} ${message}`;
}

function asInvalidParts(issues: readonly ConfigurationIssue[]): InvalidPart[] {
  return issues.map(({ path, message }) => ({ in: 'json', name: path || 'document', message }));
}

/** By the names of what was wrong only: values can hold secrets of destinations. */
async function noteRefusal(
  deps: AdminDeps,
  action: AdminAction,
  { reason, errors }: ApiProblem,
): Promise<void> {
  // A name can be a destination's URL, whose query may be a secret.
  const names = (errors ?? []).slice(0, 10).map(({ name }) => name.replace(/\?.*/s, '?…'));
  const detail = names.length > 0 ? `${reason}: ${names.join(', ').slice(0, 500)}` : reason;
  await deps.store.note({ ...action, outcome: 'refused', detail });
}
