// Loki without a Grafana before it: behind basic authentication, a bearer token or nothing, for one tenant or many
// (grafana.com/docs/loki/latest/operations/authentication/, operations/multi-tenancy/).
import type { Fetch } from './ask-json.ts';
import { withSlash } from './grafana-loki.ts';
import type { IdPlace, LogSource } from './log-source.ts';
import { logqlFor } from './logql.ts';
import { lokiMaxIds, lokiMaxLines, queryLoki } from './loki-range.ts';

export type LokiOptions = {
  /** Loki's address, with the path it is served under. */
  url: string;
  /** X-Scope-OrgID; empty where Loki has one tenant. */
  tenant: string;
  /** Basic authentication, where `user` is not empty. */
  user: string;
  password: string;
  /** A bearer token, where it is not empty. */
  token: string;
  selector: string;
  place: IdPlace;
  timeoutMs?: number;
  fetch?: Fetch;
};

export function lokiSource(options: LokiOptions): LogSource {
  const { selector, place } = options;
  const base = new URL(withSlash(options.url));
  const authorization = options.user
    ? `Basic ${basic(`${options.user}:${options.password}`)}`
    : options.token && `Bearer ${options.token}`;
  const request = {
    headers: {
      ...(authorization ? { authorization } : {}),
      ...(options.tenant ? { 'x-scope-orgid': options.tenant } : {}),
    },
    timeoutMs: options.timeoutMs ?? 5_000,
    who: 'Loki',
    look: { token: 'LOKI_PASSWORD or LOKI_TOKEN', address: 'LOKI_URL' },
    fetch: options.fetch,
  };
  return {
    name: 'Loki',
    maxLines: lokiMaxLines,
    maxIds: lokiMaxIds,
    textOf: (ids) => logqlFor(selector, ids, place),
    fetchPage: (query) => queryLoki(query, { base, selector, place, request }),
    // Loki has no page to look at.
    pageFor: () => null,
  };
}

/** Base64 of the text's UTF-8 (RFC 7617). */
function basic(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text)));
}
