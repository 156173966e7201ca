// Holds a write against what its caller has seen (RFC 9110 §13.1), so that nobody overwrites what they do not know.
import type { HonoRequest } from 'hono';
import { sha256, toHex } from '../../correlation/sha256.ts';
import { stableJson } from '../../config/stable-json.ts';
import { ApiProblem } from '../problem.ts';

/**
 * Demands that a write says what it replaces: `If-Match` with the ETag that was read, or `If-None-Match: *` for what
 * must not be there yet. Compared strongly (RFC 9110 §13.1.1): a weak ETag never matches.
 * @param etag of what is there now, with its quotes; null where there is nothing
 * @throws ApiProblem 428 (RFC 6585 §3) without a precondition, 412 where it does not hold
 */
export function requirePrecondition(request: HonoRequest, etag: string | null): void {
  const ifMatch = request.header('if-match');
  const ifNoneMatch = request.header('if-none-match');
  if (ifMatch === undefined && ifNoneMatch === undefined) {
    throw new ApiProblem(
      'precondition_required',
      etag === null
        ? 'Send If-None-Match: * to create it.'
        : 'Read it first, and send its ETag as If-Match, so that no change of somebody else’s is lost.',
      { headers: etagHeader(etag) },
    );
  }
  if (ifMatch !== undefined && !matches(ifMatch, etag)) {
    throw failed(
      etag === null
        ? 'It is not there. Send If-None-Match: * to create it.'
        : `It has been changed meanwhile: its ETag is ${etag}. Read it again, and repeat the change on what is there.`,
      etag,
    );
  }
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, etag)) {
    throw failed('It is there already. Send its ETag as If-Match to replace it.', etag);
  }
}

/** 412 for a write that somebody else was faster than. */
function failed(detail: string, etag: string | null): ApiProblem {
  return new ApiProblem('precondition_failed', detail, { headers: etagHeader(etag) });
}

function etagHeader(etag: string | null): Record<string, string> {
  return etag === null ? {} : { etag };
}

function matches(list: string, etag: string | null): boolean {
  if (etag === null) return false;
  return list.trim() === '*' || list.split(',').some((item) => item.trim() === etag);
}

/** The ETag of the whole configuration. */
export function versionEtag(version: number): string {
  return `"${version}"`;
}

/** The ETag of a part of it: whoever changes another part does not get in the way. */
export async function partEtag(part: unknown): Promise<string> {
  return `"${toHex(await sha256(stableJson(part))).slice(0, 32)}"`;
}
