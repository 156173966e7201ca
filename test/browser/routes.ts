// Stored routes in the running world, as somebody beside the dashboard changes them, and events through them.
import { inject } from 'vitest';
import { traceDetailSchema, tracePageSchema } from '../../src/api/views.ts';
import { routeSchema, type StoredRoute } from '../../src/config/configuration.ts';
import { ask, until } from './api.ts';

/** Sends until the edge lets it through: what was stored a moment ago takes some seconds to reach it. */
export function send(
  route: string,
  body: object,
  key = inject('world').ingestKey,
): Promise<Response> {
  return until(
    `an event through /r/${route}`,
    () =>
      fetch(`${inject('world').edgeUrl}/r/${route}`, {
        method: 'POST',
        headers: { 'x-throughline-key': key, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    (response) => response.ok,
  );
}

export async function asAdmin(method: string, path: string, headers: object, body?: object) {
  const { dashboardUrl, apiToken } = inject('world');
  const response = await fetch(`${dashboardUrl}/api/admin${path}`, {
    method,
    headers: {
      authorization: `Bearer ${apiToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** As somebody else would, meanwhile. */
export async function change(
  name: string,
  edit: (route: StoredRoute) => StoredRoute,
): Promise<void> {
  const read = await asAdmin('GET', `/routes/${name}`, {});
  const route = routeSchema.parse(await read.json());
  await asAdmin('PUT', `/routes/${name}`, { 'if-match': read.headers.get('etag') }, edit(route));
}

export async function store(name: string, route: Partial<StoredRoute>): Promise<void> {
  await asAdmin('PUT', `/routes/${name}`, { 'if-none-match': '*' }, route);
}

export const stored = (name: string) => ask(`/api/admin/routes/${name}`, routeSchema);

/** Where the latest delivery of a job is seen, once it is recorded. */
export function addressOf(job: string, state = 'delivered'): Promise<string> {
  const look = async (): Promise<string | undefined> => {
    const { traces } = await ask('/api/traces?limit=10', tracePageSchema);
    for (const { id } of traces) {
      const { deliveries } = await ask(`/api/traces/${id}`, traceDetailSchema);
      const delivery = deliveries.find((each) => each.job === job && each.state === state);
      if (delivery) return `/c/${id}?sel=${delivery.id}`;
    }
    return undefined;
  };
  return until(`a ${state} delivery of ${job}`, look, (address) => address !== undefined).then(
    (address) => address ?? '',
  );
}
