// Holds a request against the signature that its source, or its route, must have, where one is required.
import { areSecretsFor, parseSecrets } from '../config/config.ts';
import {
  type SignatureRequirement,
  toleranceSeconds,
  verifySignature,
} from '../events/signatures/verify.ts';
import type { FieldReader } from './header-fields.ts';
import type { EdgeDeps } from './inbound.ts';
import type { Parsed } from './parse-request-target.ts';
import type { EdgeProblem } from './problem.ts';
import type { InboundBody } from './read-body.ts';
import type { Route } from './route.ts';

/**
 * What must be signed, and with which secret: as the route says, else as the variables do; null: nothing.
 * A route whose secret is missing is closed, never open.
 */
export function signatureFor(
  { signature }: Route,
  deps: Pick<EdgeDeps, 'config' | 'variable' | 'report'>,
): Parsed<SignatureRequirement | null> {
  if (signature === null) return { ok: true, value: deps.config.inboundSignature };
  const { scheme, secretFrom, header } = signature;
  const text = deps.variable(secretFrom);
  const secrets = typeof text === 'string' ? parseSecrets(text) : [];
  if (areSecretsFor(scheme, secrets)) return { ok: true, value: { scheme, secrets, header } };
  deps.report('A route is closed: the secret that its senders sign with is missing or no secret.', {
    variable: secretFrom,
    scheme,
  });
  return { ok: false, problem: { reason: 'signature_secret_missing', variable: secretFrom } };
}

/**
 * Verifies the sender's signature over the body as it came.
 * @param limits.maxBodyBytes what is read whole
 * @param nowMs ms since the epoch
 * @returns the problem, or null where the request is signed or need not be
 */
export async function checkSignature(
  { headers, body }: { headers: FieldReader; body: InboundBody },
  requirement: SignatureRequirement | null,
  { maxBodyBytes }: { maxBodyBytes: number },
  nowMs: number,
): Promise<EdgeProblem | null> {
  if (requirement === null) return null;
  // Only what has been read whole can be verified before it is sent on.
  if (body.kind === 'stream') return { reason: 'body_too_large', maxBytes: maxBodyBytes };
  const bytes = body.kind === 'whole' ? body.bytes : new Uint8Array();
  const failure = await verifySignature(requirement, { headers, body: bytes, nowMs });
  if (failure === null) return null;
  return { reason: 'signature_refused', scheme: requirement.scheme, failure, toleranceSeconds };
}
