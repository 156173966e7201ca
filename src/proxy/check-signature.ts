// Holds a request against the signature that its source must have, where one is required.
import type { Config } from '../config/config.ts';
import { toleranceSeconds, verifySignature } from '../events/signatures/verify.ts';
import type { FieldReader } from './header-fields.ts';
import type { EdgeProblem } from './problem.ts';
import type { InboundBody } from './read-body.ts';

/**
 * Verifies the sender's signature over the body as it came.
 * @param nowMs ms since the epoch
 * @returns the problem, or null where the request is signed or need not be
 */
export async function checkSignature(
  headers: FieldReader,
  body: InboundBody,
  { inboundSignature, maxBodyBytes }: Config,
  nowMs: number,
): Promise<EdgeProblem | null> {
  if (inboundSignature === null) return null;
  // Only what has been read whole can be verified before it is sent on.
  if (body.kind === 'stream') return { reason: 'body_too_large', maxBytes: maxBodyBytes };
  const bytes = body.kind === 'whole' ? body.bytes : new Uint8Array();
  const failure = await verifySignature(inboundSignature, { headers, body: bytes, nowMs });
  if (failure === null) return null;
  return {
    reason: 'signature_refused',
    scheme: inboundSignature.scheme,
    failure,
    toleranceSeconds,
  };
}
