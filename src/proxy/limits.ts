// Decides whether a request of a known sender is too large, too frequent or going in circles. It reads no
// body: how that is limited while it streams is read-body's.
import { messageOf } from '../error-message.ts';
import type { Sender } from './guard.ts';
import type { HeaderFields } from './header-fields.ts';
import type { EdgeDeps } from './inbound.ts';
import { hopsOf, maxHops } from './hops.ts';
import type { Parsed } from './parse-request-target.ts';
import type { EdgeProblem } from './problem.ts';

/** The period of the rate limiting binding INGEST_RATE in wrangler.toml: after it there is a new share. */
const ratePeriodSeconds = 10;

/** Holds one request against every limit that can be told before its body is read. */
export async function checkLimits(
  request: { url: string; headers: HeaderFields },
  sender: Sender,
  deps: Pick<EdgeDeps, 'config' | 'withinRate'>,
): Promise<Parsed<null>> {
  const { maxUrlBytes, maxHeaderBytes, maxStreamedBytes } = deps.config;
  const urlBytes = request.url.length;
  if (urlBytes > maxUrlBytes) {
    return refuse({ reason: 'url_too_long', bytes: urlBytes, maxBytes: maxUrlBytes });
  }
  const headerBytes = request.headers.bytes;
  if (headerBytes > maxHeaderBytes) {
    return refuse({ reason: 'headers_too_large', bytes: headerBytes, maxBytes: maxHeaderBytes });
  }
  const hops = hopsOf(request.headers);
  if (hops >= maxHops) return refuse({ reason: 'loop_detected', hops, maxHops });
  if (Number(request.headers.get('content-length')) > maxStreamedBytes) {
    return refuse({ reason: 'body_too_large', maxBytes: maxStreamedBytes });
  }
  if (!(await deps.withinRate(sender.keyId))) {
    return refuse({ reason: 'rate_exceeded', retryAfterSeconds: ratePeriodSeconds });
  }
  return { ok: true, value: null };
}

/**
 * Asks the rate limiting binding, which counts in each location (developers.cloudflare.com/workers/runtime-apis/
 * bindings/rate-limit). It guards against floods: where it is missing or fails, nothing is turned away for it.
 */
export function rateOf(
  limiter: RateLimit | undefined,
  report: (message: string, facts: Record<string, unknown>) => void,
): EdgeDeps['withinRate'] {
  return async (keyId) => {
    if (!limiter) return true;
    try {
      return (await limiter.limit({ key: keyId })).success;
    } catch (error) {
      report('The rate limit could not be asked; the request goes on.', {
        error: messageOf(error),
      });
      return true;
    }
  };
}

function refuse(problem: EdgeProblem): Parsed<null> {
  return { ok: false, problem };
}
