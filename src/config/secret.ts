// Decides whether a secret is the one of which only the hash is known. It never keeps or logs a secret.

/**
 * True when the SHA-256 of `secret` (UTF-8) is `hex`, 64 digits in either case. Every digit is looked at, so
 * that the time taken says nothing about where two hashes part.
 */
export async function matchesSha256(secret: string, hex: string): Promise<boolean> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
  const actual = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0'));
  return equalInConstantTime(actual.join(''), hex.toLowerCase());
}

function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  }
  return difference === 0;
}
