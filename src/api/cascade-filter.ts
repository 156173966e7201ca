// Turns what the list is asked for into what the store can find, and says what has to be looked at afterwards.
import type { StoreClient } from '../store/client.ts';
import { type AboutKind, aboutOf } from '../store/cascade-lines.ts';
import { findRoots } from '../store/cascades.ts';
import { namedByCodes } from '../store/codes.ts';
import type { CascadeFilter, Has } from '../store/find-cascades.ts';
import { namesWith, numbersOf } from '../store/name-numbers.ts';
import { placesOfRow, type RowAsked, tracesOfRows } from '../store/row-places.ts';
import type { CascadeFilters } from './cascade-query.ts';
import { readRowText } from '../store/row-text.ts';
import type { TraceSummary } from './views.ts';

export type ReadyFilter = {
  filter: CascadeFilter;
  /** What the lines that are kept cannot say, since it changes with time and by replays. */
  fits: (summary: TraceSummary) => boolean;
  /** Where a row was written too often: only cascades from then on are looked at. Null: all. */
  searchedUntil: string | null;
};

type Kind = NonNullable<CascadeFilters['actorKind']>;

const codesOfKind: Record<Kind, readonly string[]> = {
  user: [namedByCodes.user],
  system: [namedByCodes.declared, namedByCodes.hop],
  carried: [namedByCodes.carried],
  unattributed: [namedByCodes.unattributed],
  legacy: [namedByCodes.legacy],
  unknown: [namedByCodes.unknown],
};

/**
 * @param withEmails whether a text may be looked for in e-mail addresses
 * @returns null where nothing can fit
 */
export async function readyFilter(
  client: StoreClient,
  query: CascadeFilters,
  withEmails: boolean,
): Promise<ReadyFilter | null> {
  const about = await namesAsked(client, query);
  if (about === null) return null;
  if (query.actorKind !== undefined) {
    about.push(codesOfKind[query.actorKind].map((code) => aboutOf(code.charCodeAt(0), 'namedBy')));
  }
  const row = query.row === undefined ? null : await rootsOfRow(client, query.row);
  if (row?.ids.length === 0) return null;
  const anyOf = query.text === undefined ? null : await anyOfText(client, query.text, withEmails);
  if (anyOf?.ids.length === 0 && anyOf.about.length === 0 && anyOf.between === null) return null;
  const filter: CascadeFilter = {
    from: query.from ?? null,
    until: query.until ?? null,
    about,
    has: hasOf(query),
    isIncomplete: query.incomplete === 'true',
    minMs: query.minMs ?? null,
    maxMs: query.maxMs ?? null,
    among: row?.ids ?? null,
    anyOf,
  };
  return {
    filter,
    fits: (summary) => hasStatus(summary, query),
    searchedUntil: row?.searchedUntil ?? null,
  };
}

/** Each name that is asked for, as numbers; null where one is not known at all. */
async function namesAsked(client: StoreClient, query: CascadeFilters): Promise<number[][] | null> {
  const asked: [AboutKind, string[]][] = [];
  const ask = (kind: AboutKind, name: string | undefined, ...others: string[]): void => {
    if (name !== undefined) asked.push([kind, [name, ...others]]);
  };
  ask('source', query.source);
  ask('trigger', query.trigger);
  ask('table', query.table);
  ask('job', query.job);
  ask('target', query.route);
  // A system's name stands before the uuid of its action.
  ask('actor', query.actor, `${query.actor}.`);
  const numbers = await numbersOf(client, [...new Set(asked.flatMap(([, names]) => names))]);
  const about: number[][] = [];
  for (const [kind, names] of asked) {
    const known = names.flatMap((name) => numbers.get(name) ?? []);
    if (known.length === 0) return null;
    about.push(known.map((number) => aboutOf(number, kind)));
  }
  return about;
}

function hasOf({ status, errors }: CascadeFilters): Has[] {
  const has: Has[] = errors === 'true' ? ['unarrived'] : [];
  if (status === undefined) return has;
  return [...has, status === 'delivered' ? 'arrived' : status === 'failed' ? 'unarrived' : status];
}

function hasStatus(summary: TraceSummary, { status, errors }: CascadeFilters): boolean {
  if (errors === 'true' && summary.failed === 0) return false;
  if (status === undefined) return true;
  return status === 'dead' ? summary.dead > 0 : summary.state === status;
}

async function rootsOfRow(
  client: StoreClient,
  row: RowAsked,
): Promise<{ ids: string[]; searchedUntil: string | null }> {
  const { traceIds, searchedUntil } = await tracesOfRows(client, await placesOfRow(client, row));
  const roots = await findRoots(client, traceIds);
  return { ids: [...new Set(roots.values())], searchedUntil };
}

async function anyOfText(
  client: StoreClient,
  text: string,
  withEmails: boolean,
): Promise<NonNullable<CascadeFilter['anyOf']>> {
  const names = await namesWith(client, text, withEmails);
  const row = readRowText(text);
  const { ids } = row ? await rootsOfRow(client, row) : { ids: [] };
  const kinds: AboutKind[] = ['trigger', 'table', 'job', 'actor', 'source', 'target'];
  return {
    ids: [...ids, ...(await rootsOfId(client, text))],
    between: idsThatBegin(text),
    about: names.flatMap(({ id }) => kinds.map((kind) => aboutOf(id, kind))),
  };
}

/** Of a whole uuid or correlation ID: the cascade that the hop is in. */
async function rootsOfId(client: StoreClient, text: string): Promise<string[]> {
  const [uuid] = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.exec(text) ?? [];
  if (uuid === undefined) return [];
  const trace = `${uuid.slice(0, 26).toLowerCase()}0000000000`;
  return [...(await findRoots(client, [trace, uuid.toLowerCase()])).values()];
}

/** The uuids that begin with a text of eight hex digits or more. */
function idsThatBegin(text: string): [string, string] | null {
  const digits = text.toLowerCase().replaceAll('-', '');
  if (!/^[0-9a-f]{8,32}$/.test(digits)) return null;
  return [uuidOf(digits.padEnd(32, '0')), uuidOf(digits.padEnd(32, 'f'))];
}

function uuidOf(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
