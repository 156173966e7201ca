// A browser cannot set headers on a WebSocket: there the token comes as one of the subprotocols that the client offers.
// Here it is put where it belongs; whether it is right is decided where every other token is.

const prefix = 'bearer.';

/**
 * The same request with `authorization`, where it is a WebSocket's that offers `bearer.<base64url of the token>` and
 * has none. Anything else is handed back untouched.
 */
export function withTokenFromProtocol(request: Request): Request {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return request;
  if (request.headers.has('authorization')) return request;
  const offered = request.headers.get('sec-websocket-protocol')?.split(',') ?? [];
  const encoded = offered.map((each) => each.trim()).find((each) => each.startsWith(prefix));
  const token = encoded === undefined ? null : decode(encoded.slice(prefix.length));
  if (token === null) return request;
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${token}`);
  return new Request(request, { headers });
}

/** Null for what is no base64url of a token. */
function decode(text: string): string | null {
  try {
    const token = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return /^[\x21-\x7e]+$/.test(token) ? token : null;
  } catch {
    return null;
  }
}
