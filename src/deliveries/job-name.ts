// Which job a destination belongs to where the configuration does not say. Pure.
import { normaliseName } from '../correlation/names.ts';

/** The last path segment, else the host, as a name fit for a correlation ID. */
export function jobName(destination: URL): string {
  const segments = destination.pathname.split('/').filter(Boolean);
  return normaliseName(segments.at(-1) ?? destination.hostname);
}
