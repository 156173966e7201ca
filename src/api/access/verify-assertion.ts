// Decides whether a token is one that Cloudflare Access has made for this API, and whose it is. It gives nobody a role.
// Claims: "Application token", developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/
// authorization-cookie/application-token.
import { decodeProtectedHeader, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import type { Identity } from '../../config/access.ts';
import type { Config } from '../../config/config.ts';

/** Where Access puts it, in every request that it lets through; the cookie is not sure to be passed on. */
export const assertionHeader = 'cf-access-jwt-assertion';

/** Between Cloudflare's clock and ours. */
const leewaySeconds = 30;
const maxTokenLength = 16_384;

export type Assertion =
  | { ok: true; identity: Identity }
  /** `keys_unreachable` is nobody's fault who asks: to be tried again. */
  | { ok: false; reason: AssertionProblem; detail: string };

export type AssertionProblem =
  | 'malformed'
  | 'algorithm'
  | 'expired'
  | 'not_yet_valid'
  | 'issuer'
  | 'audience'
  | 'signature'
  | 'no_identity'
  | 'keys_unreachable';

const group = z.union([
  z.string(),
  z.looseObject({ id: z.string().optional(), name: z.string().optional() }),
]);

const claimsSchema = z.looseObject({
  /** `org` is the token of the whole team: no application's. */
  type: z.literal('app'),
  // One @ and no colon: an address is never taken for another kind of member.
  email: z
    .string()
    .max(320)
    .regex(/^[^\s@:]+@[^\s@:]+$/)
    .optional(),
  common_name: z.string().min(1).max(200).optional(),
  custom: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Verifies a token of Access: RS256 only, this team's, for one of these applications, in its time.
 * @param keyOf what finds the key by its id; null where no keys can be had
 */
export async function verifyAssertion(
  token: string,
  team: NonNullable<Config['accessTeam']>,
  keyOf: (kid: string) => Promise<JWTVerifyGetKey | null>,
  nowMs: number,
): Promise<Assertion> {
  const kid = token.length > maxTokenLength ? null : kidOf(token);
  if (kid === null) return refused('malformed', 'It is no signed token of Cloudflare Access.');
  const key = await keyOf(kid);
  if (!key) {
    return refused('keys_unreachable', 'The keys of Cloudflare Access are out of reach.');
  }
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['RS256'],
      issuer: team.issuer,
      audience: [...team.audiences],
      requiredClaims: ['exp', 'iat', 'iss', 'aud'],
      clockTolerance: leewaySeconds,
      currentDate: new Date(nowMs),
    });
    return identityOf(payload, team.groupsClaim);
  } catch (error) {
    return refusalOf(error);
  }
}

/** Null for what names no key, or another algorithm than RS256: `none` is never looked at further. */
function kidOf(token: string): string | null {
  try {
    const { kid, alg } = decodeProtectedHeader(token);
    return typeof kid === 'string' && alg === 'RS256' ? kid : null;
  } catch {
    // It is no token at all, which the caller says.
    return null;
  }
}

function identityOf(payload: unknown, groupsClaim: string): Assertion {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) return refused('no_identity', 'It is no application’s token.');
  const claims = parsed.data;
  if (claims.email !== undefined) {
    const groups = groupsOf(claims[groupsClaim] ?? claims.custom?.[groupsClaim]);
    return { ok: true, identity: { kind: 'person', email: claims.email.toLowerCase(), groups } };
  }
  if (claims.common_name !== undefined) {
    return { ok: true, identity: { kind: 'service', clientId: claims.common_name } };
  }
  return refused('no_identity', 'It names neither a person’s e-mail nor a service token.');
}

function groupsOf(claim: unknown): string[] {
  const parsed = z.array(group).safeParse(typeof claim === 'string' ? [claim] : claim);
  if (!parsed.success) return [];
  return parsed.data.flatMap((one) =>
    typeof one === 'string' ? [one] : [one.id, one.name].filter((name) => name !== undefined),
  );
}

function refusalOf(error: unknown): Assertion {
  if (error instanceof errors.JWTExpired) {
    return refused('expired', 'It has expired: load the page again to sign in.');
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return refused('issuer', 'It is of another team.');
    if (error.claim === 'aud') return refused('audience', 'It is for another application.');
    if (error.claim === 'nbf') return refused('not_yet_valid', 'Its time has not come yet.');
    return refused('malformed', `Its claim ${error.claim} is missing or wrong.`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return refused('algorithm', 'It is not signed with RS256.');
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey
  ) {
    return refused('signature', 'It is not signed by this team.');
  }
  return refused('malformed', 'It is no signed token of Cloudflare Access.');
}

function refused(reason: AssertionProblem, detail: string): Assertion {
  return { ok: false, reason, detail };
}
