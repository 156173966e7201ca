// Decides where a request's headers are, whoever brought it: a Fetch Request (Workers, Netlify, Node), Node's
// IncomingMessage, an API Gateway (v1, v2), Function URL or load balancer event of Lambda, a Netlify v1 event.
// It never touches a body.

/** Finds a header by its lower-case name; several of one name are one text with commas, as `Headers` gives them. */
export type HeaderReader = (name: string) => string | null;

/**
 * The headers of a request, of `Headers`, or of a plain object of headers that is given as `{ headers }`.
 *
 * Lambda's events keep the sender's spelling (v1) or lower it (v2, Function URL); v1 has every value of a name in
 * `multiValueHeaders` and the last one in `headers`
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
 *
 * @returns null for what is no request: a scheduled event, a batch of queue messages, nothing. Never throws.
 */
export function headersOf(request: unknown): HeaderReader | null {
  if (!isObject(request)) return null;
  if (isFetchHeaders(request)) return (name) => textOrNull(request.get(name));
  const { headers, multiValueHeaders } = request;
  if (isObject(headers) && isFetchHeaders(headers)) {
    return (name) => textOrNull(headers.get(name));
  }
  const maps = [multiValueHeaders, headers].filter(isObject);
  if (maps.length > 0) return (name) => firstFound(maps, name);
  // API Gateway's own test console sends `headers: null`: a request all the same.
  return headers === null || multiValueHeaders === null ? () => null : null;
}

function firstFound(maps: readonly Record<string, unknown>[], name: string): string | null {
  for (const map of maps) {
    const values = Object.entries(map)
      .filter(([key]) => key.toLowerCase() === name)
      .flatMap(([, value]) => value)
      .filter((value) => typeof value === 'string');
    if (values.length > 0) return values.join(', ');
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** `Headers` of any make, by what it can do; a Map is none. */
function isFetchHeaders(
  value: Record<string, unknown>,
): value is Record<string, unknown> & { get(name: string): unknown } {
  return ['get', 'has', 'append'].every((name) => typeof value[name] === 'function');
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
