// A route as a form holds it: every field a text or a list of texts. Pure; what is right is decided by the API.
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { formatPauses, parsePauses } from './pauses.ts';

export interface ListsDraft {
  algorithm: string;
  destinations: string[];
  fallback: string[];
}

export interface RouteDraft extends ListsDraft {
  job: string;
  takeOver: StoredRoute['takeOver'];
  attemptTimeoutSeconds: string;
  rotationPersistenceSeconds: string;
  rollout: (ListsDraft & { percent: string }) | null;
  retries: {
    pauses: string;
    jitterPercent: string;
    byStatus: { status: string; pauses: string }[];
  } | null;
  signature: StoredRoute['signature'];
}

export const emptyDraft: RouteDraft = {
  algorithm: 'pass-through',
  destinations: [''],
  fallback: [],
  job: '',
  takeOver: 'surely_not_processed',
  attemptTimeoutSeconds: '',
  rotationPersistenceSeconds: '',
  rollout: null,
  retries: null,
  signature: null,
};

export function draftOf(route: StoredRoute): RouteDraft {
  const { retries, rollout } = route;
  return {
    algorithm: route.algorithm,
    destinations: route.destinations,
    fallback: route.fallback,
    job: route.job ?? '',
    takeOver: route.takeOver,
    attemptTimeoutSeconds: textOf(route.attemptTimeoutSeconds),
    rotationPersistenceSeconds: textOf(route.rotationPersistenceSeconds),
    rollout: rollout && { ...rollout, percent: String(rollout.percent) },
    retries: retries && {
      pauses: formatPauses(retries.pausesSeconds),
      jitterPercent: String(Math.round(retries.jitter * 1_000) / 10),
      byStatus: Object.entries(retries.byStatus).map(([status, pauses]) => ({
        status,
        pauses: formatPauses(pauses),
      })),
    },
    signature: route.signature,
  };
}

export type FieldErrors = ReadonlyMap<string, string>;

/** The route of a draft, or what cannot be read of it, by field: `retries.pausesSeconds`. */
export function routeOf(
  draft: RouteDraft,
): { ok: true; route: StoredRoute } | { ok: false; errors: FieldErrors } {
  const errors = new Map<string, string>();
  const number = (field: string, text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) errors.set(field, 'must be a number');
    return value;
  };
  const optional = (field: string, text: string): number | null =>
    text.trim() === '' ? null : number(field, text);
  const pauses = (field: string, text: string): number[] => {
    const read = parsePauses(text);
    if (read.ok) return read.seconds;
    errors.set(field, read.message);
    return [];
  };
  const { retries, rollout } = draft;
  const route: StoredRoute = {
    ...listsOf(draft),
    job: draft.job.trim() || null,
    takeOver: draft.takeOver,
    retries: retries && {
      pausesSeconds: pauses('retries.pausesSeconds', retries.pauses),
      jitter: number('retries.jitter', retries.jitterPercent) / 100,
      byStatus: Object.fromEntries(
        retries.byStatus.map(({ status, pauses: text }) => [
          status.trim(),
          pauses(`retries.byStatus.${status.trim()}`, text),
        ]),
      ),
    },
    signature: draft.signature,
    attemptTimeoutSeconds: optional('attemptTimeoutSeconds', draft.attemptTimeoutSeconds),
    rotationPersistenceSeconds: optional(
      'rotationPersistenceSeconds',
      draft.rotationPersistenceSeconds,
    ),
    rollout: rollout && {
      ...listsOf(rollout),
      percent: number('rollout.percent', rollout.percent),
    },
  };
  return errors.size > 0 ? { ok: false, errors } : { ok: true, route };
}

/** Lines that were left empty are no destinations, and the places that errors name are those of the others. */
export function withoutEmptyLines(draft: RouteDraft): RouteDraft {
  const { rollout } = draft;
  return {
    ...draft,
    ...shown(draft),
    rollout: rollout && { ...rollout, ...shown(rollout) },
  };
}

/** One line is always there to write in. */
function shown(lists: ListsDraft): Pick<ListsDraft, 'destinations' | 'fallback'> {
  const { destinations, fallback } = listsOf(lists);
  return { destinations: destinations.length === 0 ? [''] : destinations, fallback };
}

function listsOf({ algorithm, destinations, fallback }: ListsDraft): ListsDraft {
  return { algorithm, destinations: filled(destinations), fallback: filled(fallback) };
}

function filled(lines: readonly string[]): string[] {
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}
