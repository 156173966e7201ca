// Opens a connection to the live feed for whoever the API lets in. It knows nothing of what is said over it.
import { Hono } from 'hono';
import { liveProtocol, limits } from '../live/protocol.ts';
import type { ApiDeps } from './deps.ts';
import { endpoint } from './endpoint.ts';
import type { ApiEnv } from './env.ts';
import { ApiProblem } from './problem.ts';

export function liveRoutes(deps: Pick<ApiDeps, 'live' | 'now'>) {
  return new Hono<ApiEnv>().get(
    '/',
    endpoint({
      summary: 'Connect to the live feed (WebSocket)',
      description: 'What is said over it is in docs/live-feed.md.',
      tag: 'Live feed',
      answers: { 101: { description: 'The connection.', schema: null } },
      problems: ['upgrade_required', 'foreign_origin', 'protocol_unknown', 'live_feed_missing'],
    }),
    async (context) => {
      const request = context.req.raw;
      if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
        throw new ApiProblem(
          'upgrade_required',
          'Connect with a WebSocket client; see docs/live-feed.md.',
          { headers: { upgrade: 'websocket', connection: 'upgrade' } },
        );
      }
      checkOrigin(request);
      checkProtocol(request);
      if (!deps.live) {
        throw new ApiProblem(
          'live_feed_missing',
          'The Worker has no binding LIVE_FEED. Ask again from time to time instead.',
        );
      }
      const { by } = context.get('caller');
      const expiresAt = by.how === 'api_token' ? by.token.expiresAt : null;
      const latest = deps.now() + limits.lifeMs;
      return deps.live(
        request,
        expiresAt === null ? latest : Math.min(latest, Date.parse(expiresAt)),
      );
    },
  );
}

/** A browser sends its page's origin with every WebSocket, and no other page may use what it holds (RFC 6455 §10.2). */
function checkOrigin(request: Request): void {
  const origin = request.headers.get('origin');
  if (origin === null) return;
  const host = URL.canParse(origin) ? new URL(origin).host : null;
  const own = [new URL(request.url).host, request.headers.get('host')];
  if (host !== null && own.includes(host)) return;
  throw new ApiProblem('foreign_origin', 'A page may connect to the API of its own origin only.');
}

function checkProtocol(request: Request): void {
  const offered = request.headers.get('sec-websocket-protocol');
  if (offered === null || offered.split(',').some((each) => each.trim() === liveProtocol)) return;
  throw new ApiProblem('protocol_unknown', `Offer the subprotocol ${liveProtocol}, or none.`);
}
