// An ETag for answers that may be kept and asked for again, and for no others: the digest of a large cascade that still grows,
// or that is masked, would be made of megabytes and thrown away.
import { etag } from 'hono/etag';
import { createMiddleware } from 'hono/factory';

/** What `cache-control` says of an answer that may be kept. */
export const mayBeKept = 'private, no-cache';

const tagged = etag();

/** Tells an ETag, or answers 304, where the answer says that it may be kept. */
export const etagWhereKept = createMiddleware(async (context, next) => {
  await next();
  if (context.res.headers.get('cache-control') !== mayBeKept) return;
  await tagged(context, () => Promise.resolve());
});
