// Kept answers in Cloudflare's cache (developers.cloudflare.com/workers/runtime-apis/cache/), for the isolates of one
// place. It is a help, never a need: whatever fails in it is as if nothing were there, and is reported.
import { hashOf } from './line-id.ts';
import type { LogsCache } from './logs.ts';

/** What is needed of `caches.default`. */
export type PlaceCache = {
  match(request: Request): Promise<Response | undefined>;
  put(request: Request, response: Response): Promise<void>;
};

/** @param origin an address of this Worker's own, at which it serves nothing */
export function placeCache(
  cache: PlaceCache,
  origin: string,
  report: (message: string, facts: Record<string, unknown>) => void,
): LogsCache {
  const requestOf = (key: string): Request =>
    new Request(new URL(`/throughline-kept-logs/${hashOf(key)}`, origin));
  const failed = (error: unknown): null => {
    report('Kept logs could not be reached in the cache.', {
      error: error instanceof Error ? error.message : String(error),
    });
    return null;
  };
  return {
    async get(key) {
      try {
        const response = await cache.match(requestOf(key));
        if (!response) return null;
        // Two keys can share a hash: the answer says whose it is.
        const { of, text } = await response.json<{ of: unknown; text: unknown }>();
        return of === key && typeof text === 'string' ? text : null;
      } catch (error) {
        return failed(error);
      }
    },
    async put(key, text, maxAgeSeconds) {
      try {
        await cache.put(
          requestOf(key),
          new Response(JSON.stringify({ of: key, text }), {
            headers: {
              'content-type': 'application/json',
              'cache-control': `max-age=${maxAgeSeconds}`,
            },
          }),
        );
      } catch (error) {
        failed(error);
      }
    },
  };
}
