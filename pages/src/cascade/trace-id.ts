// What a cascade's address can name. Apart from the rest of an address, since it is needed before the page's scripts.

/** UUIDs as the edge makes them; the API decides whether one is known. */
export function isTraceId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
