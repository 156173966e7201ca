// Decides whether a browser sends a request on another site's behalf. Cloudflare Access rests on a cookie, which the
// browser adds to whatever any page sends; a bearer token it never adds. Pure.

/**
 * True where the request comes from another site, or cannot be told not to: browsers say where from (Fetch Metadata,
 * w3.org/TR/fetch-metadata; `Origin`, RFC 6454), and what says neither is no browser.
 * Through a service binding the URL's host can be another than the page's, which is in `host` then.
 */
export function isForeign({ headers, url }: Pick<Request, 'headers' | 'url'>): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return true;
  const origin = headers.get('origin');
  const { origin: own, protocol } = new URL(url);
  return origin !== null && origin !== own && origin !== `${protocol}//${headers.get('host')}`;
}

/** True for a body that a page of another site could send without asking: forms are never JSON. */
export function isUntypedBody(request: Request): boolean {
  if (request.body === null) return false;
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  return type !== 'application/json';
}
