// Every page of the dashboard that there is something to see on: its name, its address, and what says that it is there.
import type { Sights } from './sights.ts';

export type Place = {
  /** Of the file. */
  name: string;
  path: string;
  /** A selector of what appears once the page's first answer is there. */
  ready: string;
};

const title = 'main h1';

/** @param sights what the world holds */
export function placesOf(
  sights: Pick<Sights, 'traceId' | 'deliveryId' | 'route' | 'runId'>,
): Place[] {
  const { traceId, deliveryId, route, runId } = sights;
  const cascade = `/c/${traceId}`;
  const views = ['sequence', 'graph', 'waterfall', 'list'].map((view) => ({
    name: `cascade-${view}`,
    path: `${cascade}?view=${view}&sel=${deliveryId}`,
    ready: '[data-view]',
  }));
  return [
    { name: 'overview', path: '/?range=1h', ready: 'main table' },
    { name: 'jobs', path: '/jobs?range=1h', ready: 'main table' },
    { name: 'job', path: '/jobs/shop/charge-card?range=1h', ready: 'main table' },
    {
      name: 'job-destinations',
      path: '/jobs?range=1h&tab=destinations',
      ready: 'main table',
    },
    { name: 'cascades', path: '/cascades', ready: '[data-cascade]' },
    ...views,
    { name: 'row', path: '/rows/shop/public/orders/1', ready: 'main ol' },
    {
      name: 'row-column',
      path: '/rows/shop/public/orders/1?col=status',
      ready: 'main ol[aria-label^="Values"]',
    },
    { name: 'row-blame', path: '/rows/shop/public/orders/1?blame=true', ready: 'main table' },
    { name: 'dead-letters', path: '/dead', ready: `${title} ~ *, table` },
    { name: 'discarded-letters', path: '/dead?discarded=true', ready: title },
    { name: 'replay-run', path: `/replays/${runId}`, ready: title },
    { name: 'circuits', path: '/circuits', ready: 'main ul' },
    { name: 'coverage', path: '/coverage', ready: 'main table' },
    { name: 'routes', path: '/admin/routes', ready: 'main ul li, main table' },
    { name: 'route', path: `/admin/routes/${route}`, ready: 'main form' },
    { name: 'new-route', path: '/admin/new-route', ready: 'main form' },
    { name: 'destinations', path: '/admin/destinations', ready: title },
    { name: 'keys', path: '/admin/keys', ready: title },
    { name: 'settings', path: '/admin/settings', ready: title },
    { name: 'tokens', path: '/admin/tokens', ready: title },
    { name: 'dry-run', path: '/admin/dry-run', ready: title },
    { name: 'versions', path: '/admin/versions', ready: title },
    { name: 'audit', path: '/admin/audit', ready: title },
    { name: 'resolver', path: '/id/nothing-like-an-id', ready: 'h2' },
    { name: 'not-found', path: '/no-such-page', ready: 'h2' },
  ];
}
