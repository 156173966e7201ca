// Loki through Grafana's data source proxy, with a service account token or an API key (grafana.com/docs/grafana/latest/
// developer-resources/api-reference/http-api/data_source/#data-source-proxy-calls). Loki's own answers come through.
import type { Fetch } from './ask-json.ts';
import { exploreLink } from './explore-link.ts';
import type { IdPlace, LogSource } from './log-source.ts';
import { logqlFor } from './logql.ts';
import { lokiMaxIds, lokiMaxLines, queryLoki } from './loki-range.ts';

export type GrafanaAccess = {
  /** Grafana's address, with the path it is served under. */
  url: string;
  /** The same for people, where that is another. */
  publicUrl: string;
  /** Empty for the organisation that the token belongs to. */
  orgId: string;
  /** Empty for a Grafana that lets anybody in. */
  token: string;
  dataSourceUid: string;
  timeoutMs?: number;
  fetch?: Fetch;
};

export type GrafanaLokiOptions = GrafanaAccess & { selector: string; place: IdPlace };

/** What a request to Grafana has in common whatever data source it is for. */
export function grafanaRequest(access: GrafanaAccess) {
  return {
    headers: {
      ...(access.token ? { authorization: `Bearer ${access.token}` } : {}),
      ...(access.orgId ? { 'x-grafana-org-id': access.orgId } : {}),
    },
    timeoutMs: access.timeoutMs ?? 5_000,
    who: 'Grafana',
    look: {
      token: 'GRAFANA_TOKEN',
      address: 'GRAFANA_DATA_SOURCE_UID and the path in GRAFANA_URL',
    },
    fetch: access.fetch,
  };
}

export function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

export function grafanaLokiSource(options: GrafanaLokiOptions): LogSource {
  const { selector, place } = options;
  const uid = encodeURIComponent(options.dataSourceUid);
  const base = new URL(`api/datasources/proxy/uid/${uid}/`, withSlash(options.url));
  const textOf = (ids: readonly string[]): string => logqlFor(selector, ids, place);
  return {
    name: 'Loki',
    maxLines: lokiMaxLines,
    maxIds: lokiMaxIds,
    textOf,
    fetchPage: (query) =>
      queryLoki(query, { base, selector, place, request: grafanaRequest(options) }),
    pageFor: ({ correlationIds, fromNs, toNs }) =>
      exploreLink({
        url: options.publicUrl || options.url,
        orgId: options.orgId,
        dataSource: { uid: options.dataSourceUid, type: 'loki' },
        query: { expr: textOf(correlationIds), queryType: 'range' },
        fromNs,
        toNs,
      }),
  };
}
