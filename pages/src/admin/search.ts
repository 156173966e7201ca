// The parts of the admin's pages that live in their addresses. Anything unknown is dropped, never an error.

/** Which destination is edited; empty for a new one. */
export function parseDestinationSearch({ edit }: Record<string, unknown>): { edit?: string } {
  return typeof edit === 'string' ? { edit } : {};
}

/** Which route is tried; none: a URL. */
export function parseDryRunSearch({ route }: Record<string, unknown>): { route?: string } {
  return typeof route === 'string' && route !== '' ? { route } : {};
}

/** Which version's changes are open. */
export function parseVersionSearch({ open }: Record<string, unknown>): { open?: number } {
  return typeof open === 'number' && Number.isSafeInteger(open) && open >= 0 ? { open } : {};
}
