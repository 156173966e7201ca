// Decides whether a webhook was signed by somebody who has the secret. Pure but for WebCrypto; no clock.
import { matchesHmac } from './hmac.ts';
import { schemes } from './schemes.ts';

export type SignatureRequirement = {
  scheme: keyof typeof schemes;
  /** Each of them is good: there are two while one replaces another. */
  secrets: readonly string[];
  /** Where a plain HMAC stands. */
  header: string;
};

export type SignatureFailure = 'missing' | 'malformed' | 'wrong' | 'not_now';

/** How far a signature's time may be from ours, both ways: what Stripe and Standard Webhooks recommend. */
export const toleranceSeconds = 300;

/**
 * Verifies one request.
 * @param message.nowMs ms since the epoch
 * @returns null where it is signed as required
 */
export async function verifySignature(
  requirement: SignatureRequirement,
  message: { headers: Pick<Headers, 'get'>; body: Uint8Array; nowMs: number },
): Promise<SignatureFailure | null> {
  const scheme = schemes[requirement.scheme];
  const signed = scheme.read({ ...message, header: requirement.header });
  if (typeof signed === 'string') return signed;
  const verdicts = await Promise.all(
    requirement.secrets.flatMap((secret) =>
      signed.signatures.map((signature) =>
        matchesHmac(scheme.secretBytes(secret), signed.parts, signature),
      ),
    ),
  );
  if (!verdicts.includes(true)) return 'wrong';
  const { timestampSeconds } = signed;
  if (timestampSeconds === null) return null;
  const isNow = Math.abs(message.nowMs / 1_000 - timestampSeconds) <= toleranceSeconds;
  return isNow ? null : 'not_now';
}
