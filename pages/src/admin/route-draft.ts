// A route as a form holds it: every field a text or a list of texts. Pure; what is right is decided by the API.
import type { StoredRoute } from '../../../src/config/configuration.ts';
import { type FieldErrors, filled, readers, textOf } from './draft-fields.ts';
import { type RetriesDraft, retriesDraftOf, retriesOf } from './retries-draft.ts';

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
  retries: RetriesDraft | null;
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
    retries: retries && retriesDraftOf(retries),
    signature: route.signature,
  };
}

/** The route of a draft, or what cannot be read of it, by field: `retries.pausesSeconds`. */
export function routeOf(
  draft: RouteDraft,
): { ok: true; route: StoredRoute } | { ok: false; errors: FieldErrors } {
  const errors = new Map<string, string>();
  const { number, optional } = readers(errors);
  const { retries, rollout } = draft;
  const route: StoredRoute = {
    ...listsOf(draft),
    job: draft.job.trim() || null,
    takeOver: draft.takeOver,
    retries: retries && retriesOf(retries, errors),
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
