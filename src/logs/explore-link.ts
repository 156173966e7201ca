// A link to Grafana's Explore with a query and a window filled in (grafana.com/docs/grafana/latest/explore/
// get-started-with-explore/, "Generate Explore URLs from external tools", schema version 1). Pure.

/** What one query of an Explore pane says beside its data source. */
export type ExploreQuery = Record<string, unknown>;

export function exploreLink(to: {
  /** The address under which people reach Grafana. */
  url: string;
  orgId: string;
  dataSource: { uid: string; type: string };
  query: ExploreQuery;
  fromNs: bigint;
  toNs: bigint;
}): string {
  const url = new URL('explore', to.url.endsWith('/') ? to.url : `${to.url}/`);
  url.searchParams.set('schemaVersion', '1');
  url.searchParams.set(
    'panes',
    JSON.stringify({
      throughline: {
        datasource: to.dataSource.uid,
        queries: [{ refId: 'A', datasource: to.dataSource, ...to.query }],
        // Explore takes milliseconds; rounded outwards, so that no line falls off the end.
        range: {
          from: String(to.fromNs / 1_000_000n),
          to: String((to.toNs + 999_999n) / 1_000_000n),
        },
      },
    }),
  );
  if (to.orgId) url.searchParams.set('orgId', to.orgId);
  return url.href;
}
