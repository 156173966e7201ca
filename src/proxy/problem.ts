// The one map from what can go wrong at the edge to `application/problem+json` (RFC 9457).
// Inside, a problem is a tagged union with the facts in it; outside, one sentence says what to change.
import type { SignatureFailure } from '../events/signatures/verify.ts';

export type EdgeProblem =
  | { reason: 'edge_closed' }
  | { reason: 'key_missing' }
  | { reason: 'key_unknown' }
  | { reason: 'key_expired'; key: string }
  | {
      reason: 'key_scope';
      key: string;
      asked: string;
      /** Null: all. */
      routes: readonly string[] | null;
      /** Null: all that the allowlist has. */
      destinations: readonly string[] | null;
    }
  | { reason: 'url_signature_wrong' }
  | { reason: 'url_key_unknown'; key: string }
  | { reason: 'path_unknown'; path: string }
  | { reason: 'configuration_unreadable' }
  | { reason: 'route_unknown'; route: string }
  | { reason: 'route_parameter'; parameter: string }
  | { reason: 'destinations_missing' }
  | { reason: 'destinations_repeated'; parameter: 'destinations' | 'fallback' }
  | { reason: 'algorithm_repeated' }
  | { reason: 'destination_blank'; parameter: 'destinations' | 'fallback'; position: number }
  | { reason: 'destination_malformed'; destination: string; why: string }
  | { reason: 'destination_duplicate'; destination: string }
  | { reason: 'destination_not_allowed'; destination: string }
  | { reason: 'destination_forbidden'; destination: string; why: string }
  | { reason: 'destinations_too_many'; count: number; maxDestinations: number }
  | { reason: 'url_too_long'; bytes: number; maxBytes: number }
  | { reason: 'headers_too_large'; bytes: number; maxBytes: number }
  | { reason: 'body_too_large'; maxBytes: number }
  | {
      reason: 'signature_refused';
      scheme: string;
      failure: SignatureFailure;
      toleranceSeconds: number;
    }
  | { reason: 'signature_secret_missing'; variable: string }
  | { reason: 'rate_exceeded'; retryAfterSeconds: number }
  | { reason: 'loop_detected'; hops: number; maxHops: number }
  | { reason: 'algorithm_unknown'; algorithm: string; known: readonly string[] }
  | { reason: 'destination_count'; algorithm: string; count: number; allowed: string }
  | { reason: 'fallback_without_use'; algorithm: string }
  | { reason: 'body_too_large_to_keep'; algorithm: string; maxBytes: number }
  | { reason: 'broadcast_not_kept'; lost: number; count: number }
  | { reason: 'stopped_not_kept'; lost: number; count: number }
  | { reason: 'destination_unreachable'; destination: string; why: string }
  | { reason: 'destination_timed_out'; destination: string; timeoutMs: number };

type Wire = { status: number; title: string; detail: string };

/** What the sender is told: status, title and a detail that says what to change. */
export function describeProblem(problem: EdgeProblem): Wire {
  switch (problem.reason) {
    case 'edge_closed':
      return {
        status: 401,
        title: 'The edge has no ingest key',
        detail: 'Set INGEST_SOURCE and INGEST_KEY_SHA256 in the Worker’s variables.',
      };
    case 'key_missing':
      return {
        status: 401,
        title: 'Ingest key missing',
        detail:
          'Send the ingest key in the header x-throughline-key, or end the URL in &signature=….',
      };
    case 'key_unknown':
      return {
        status: 401,
        title: 'Ingest key not known',
        detail:
          'The value of x-throughline-key is no key of this edge. Check it for a missing part; a new key is known everywhere within two minutes.',
      };
    case 'key_expired':
      return {
        status: 401,
        title: 'Ingest key expired',
        detail: `The key "${problem.key}" is refused from its expiry on. Send the one that replaced it.`,
      };
    case 'key_scope':
      return {
        status: 403,
        title: 'Beyond what the key may do',
        detail: `The key "${problem.key}" may not send to ${problem.asked}. ${scopeOf(problem)}`,
      };
    case 'url_signature_wrong':
      return {
        status: 401,
        title: 'Signature of the URL is wrong',
        detail:
          'The query before &signature= (on /r/… the path and ? with it) must be signed byte for byte: HMAC-SHA256 in hex, its key the SHA-256 of the ingest key as hex text, which key=<id> names unless it is INGEST_KEY_SHA256.',
      };
    case 'url_key_unknown':
      return {
        status: 401,
        title: 'Key of the URL not known',
        detail: `The URL names the key "${problem.key}", which this edge does not have: it was revoked, or made so lately that the edge has not read it yet. Sign the URL anew.`,
      };
    case 'path_unknown':
      return {
        status: 404,
        title: 'No such path',
        detail: `Nothing is at ${problem.path}. Events go to /?destinations=https://… or /r/{route}.`,
      };
    case 'configuration_unreadable':
      return {
        status: 503,
        title: 'Configuration out of reach',
        detail:
          'The stored configuration cannot be read just now, so that nobody knows whether this may be sent. Send it again.',
      };
    case 'route_unknown':
      return {
        status: 404,
        title: 'No such route',
        detail: `No route "${problem.route}" is stored. GET /api/admin/configuration lists them, and PUT stores one; it is known everywhere within two minutes.`,
      };
    case 'route_parameter':
      return {
        status: 400,
        title: 'The route says where events go',
        detail: `Remove ${problem.parameter} from the URL: on /r/{route} the stored route decides.`,
      };
    case 'destinations_missing':
      return {
        status: 400,
        title: 'Destinations missing',
        detail: 'Add ?destinations=https://host/path to the URL, percent-encoded.',
      };
    case 'destinations_repeated':
      return {
        status: 400,
        title: 'Destinations given twice',
        detail: `Give ${problem.parameter} once, its URLs separated by commas.`,
      };
    case 'algorithm_repeated':
      return {
        status: 400,
        title: 'Algorithm given twice',
        detail: 'Give algorithm once.',
      };
    case 'destination_blank':
      return {
        status: 400,
        title: 'Blank destination',
        detail: `Item ${problem.position} of ${problem.parameter} is empty. Remove the comma too many, or encode it as %2C.`,
      };
    case 'destination_malformed':
      return {
        status: 400,
        title: 'Malformed destination',
        detail: `"${problem.destination}" cannot be called: ${problem.why}.`,
      };
    case 'destination_duplicate':
      return {
        status: 400,
        title: 'Duplicate destination',
        detail: `"${problem.destination}" is there twice. Each destination may be named once, fallback included.`,
      };
    case 'destination_not_allowed':
      return {
        status: 403,
        title: 'Destination not allowed',
        detail: `"${problem.destination}" matches no entry of the allowlist: ALLOWED_DESTINATIONS, and what is stored. An admin can add it (PUT /api/admin/allowlist).`,
      };
    case 'destination_forbidden':
      return {
        status: 403,
        title: 'Destination forbidden',
        detail: `"${problem.destination}" is never called: it is ${problem.why}. No allowlist opens it.`,
      };
    case 'destinations_too_many':
      return {
        status: 400,
        title: 'Too many destinations',
        detail: `${problem.count} destinations were given; at most ${problem.maxDestinations} fit (MAX_DESTINATIONS).`,
      };
    case 'url_too_long':
      return {
        status: 414,
        title: 'URL too long',
        detail: `The URL has ${problem.bytes} bytes; at most ${problem.maxBytes} are taken (MAX_URL_BYTES).`,
      };
    case 'headers_too_large':
      return {
        status: 431,
        title: 'Headers too large',
        detail: `The headers have ${problem.bytes} bytes; at most ${problem.maxBytes} are taken (MAX_HEADER_BYTES).`,
      };
    case 'body_too_large':
      return {
        status: 413,
        title: 'Body too large',
        detail: `At most ${problem.maxBytes} bytes of body are taken (MAX_STREAMED_BYTES; MAX_BODY_BYTES where a signature is required).`,
      };
    case 'signature_refused':
      return {
        status: 401,
        title: 'Signature refused',
        detail: `This source signs its requests (${problem.scheme}): ${signatureAdvice(problem)}`,
      };
    case 'signature_secret_missing':
      return {
        status: 503,
        title: 'Signature cannot be checked',
        detail: `The variable ${problem.variable} of the Worker is missing or no secret of this scheme: nothing is let in until it is set (npx wrangler secret put ${problem.variable}).`,
      };
    case 'rate_exceeded':
      return {
        status: 429,
        title: 'Too many requests',
        detail: `This key has sent more than its share. Send again in ${problem.retryAfterSeconds} s.`,
      };
    case 'loop_detected':
      return {
        status: 508,
        title: 'Loop detected',
        detail: `This request has come through ${problem.hops} edges; ${problem.maxHops} are taken for a circle. A destination leads back here.`,
      };
    case 'algorithm_unknown':
      return {
        status: 400,
        title: 'Unknown algorithm',
        detail: `"${problem.algorithm}" is no algorithm. Allowed: ${problem.known.join(', ')}.`,
      };
    case 'destination_count':
      return {
        status: 400,
        title: 'Wrong number of destinations',
        detail: `${problem.algorithm} takes ${problem.allowed}, and ${problem.count} were given.`,
      };
    case 'fallback_without_use':
      return {
        status: 400,
        title: 'Fallback without use',
        detail: `${problem.algorithm} calls every destination and tries failed ones again itself. Remove fallback.`,
      };
    case 'body_too_large_to_keep':
      return {
        status: 413,
        title: 'Body too large to keep',
        detail: `${problem.algorithm} keeps the body to send it again: at most ${problem.maxBytes} bytes (MAX_BODY_BYTES).`,
      };
    case 'broadcast_not_kept':
      return {
        status: 503,
        title: 'Broadcast not kept',
        detail: `${problem.lost} of ${problem.count} deliveries failed, and nothing could keep them. Send the event again: every destination gets the same idempotency key.`,
      };
    case 'stopped_not_kept':
      return {
        status: 503,
        title: 'Stopped event not kept',
        detail: `Its trigger is stopped in this trace, and ${problem.lost} of ${problem.count} deliveries could not be kept. Send the event again.`,
      };
    case 'destination_unreachable':
      return {
        status: 502,
        title: 'Destination unreachable',
        detail: `${problem.destination} gave no answer: ${problem.why.replace(/\.+$/, '')}.`,
      };
    case 'destination_timed_out':
      return {
        status: 504,
        title: 'Destination timed out',
        detail: `${problem.destination} did not answer within ${problem.timeoutMs} ms.`,
      };
  }
}

function signatureAdvice(problem: { failure: SignatureFailure; toleranceSeconds: number }): string {
  switch (problem.failure) {
    case 'missing':
      return 'the signature’s headers are missing.';
    case 'malformed':
      return 'the signature’s headers are not in the form of this scheme.';
    case 'wrong':
      return 'the signature is not of this body and the secret that is configured for it.';
    case 'not_now':
      return `it was signed more than ${problem.toleranceSeconds} s ago or ahead. Check the sender’s clock.`;
  }
}

function scopeOf(key: {
  routes: readonly string[] | null;
  destinations: readonly string[] | null;
}): string {
  const routes = key.routes === null ? 'every route' : listed('the routes', key.routes, 'no route');
  const named = listed('destinations', key.destinations ?? [], 'no destination');
  const destinations = key.destinations === null ? 'every allowed destination' : named;
  return `It may use ${routes}, and name ${destinations} in a URL.`;
}

function listed(what: string, items: readonly string[], none: string): string {
  return items.length === 0 ? none : `${what} ${items.join(', ')}`;
}

/** What tells problems apart (RFC 9457 §3.1.1). */
export function typeOfProblem({ reason }: EdgeProblem): string {
  return `urn:throughline:problem:${reason}`;
}

/** The problem document as a response. Small, since Hasura stores the whole answer. */
export function problemResponse(problem: EdgeProblem, headers?: Record<string, string>): Response {
  const wire = describeProblem(problem);
  return Response.json(
    { type: typeOfProblem(problem), ...wire },
    {
      status: wire.status,
      headers: {
        ...(wire.status === 401 ? { 'www-authenticate': 'Throughline-Key' } : {}),
        // Hasura comes back after it whatever its retries are: nothing is lost to us.
        ...retryAfter(problem),
        ...headers,
        'content-type': 'application/problem+json',
      },
    },
  );
}

const comeAgain: ReadonlySet<EdgeProblem['reason']> = new Set([
  'broadcast_not_kept',
  'stopped_not_kept',
  'configuration_unreadable',
  'signature_secret_missing',
]);

/** When the sender is to come again for what is no fault of its own. */
function retryAfter(problem: EdgeProblem): Record<string, string> {
  if (problem.reason === 'rate_exceeded') {
    return { 'retry-after': String(problem.retryAfterSeconds) };
  }
  return comeAgain.has(problem.reason) ? { 'retry-after': '10' } : {};
}
