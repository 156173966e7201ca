// Decides whether a secret is the one of which only the hash is known. It never logs a secret, and keeps the
// few that were right in the isolate's memory only: hashing one again for every request costs 40 µs.
import { sha256, toHex } from '../correlation/sha256.ts';

/** Secrets that were right, with their hash. Nobody can fill it with wrong ones. */
const known = new Map<string, string>();
const maxKnown = 1_000;

/**
 * True when the SHA-256 of `secret` (UTF-8) is `hex`, 64 digits in either case. Every digit is looked at, so
 * that the time taken says nothing about where two hashes part.
 */
export async function matchesSha256(secret: string, hex: string): Promise<boolean> {
  return findBySha256(secret, (own) => equalInConstantTime(own, hex.toLowerCase()));
}

/**
 * What `find` gives for the SHA-256 of `secret` (UTF-8), in lower-case hex; null or false where it is nobody's.
 * Looking a hash up in a map is safe: who knows how far two hashes agree cannot make a secret of it.
 */
export async function findBySha256<T>(secret: string, find: (hex: string) => T): Promise<T> {
  const remembered = known.get(secret);
  const hex = remembered ?? toHex(await sha256(secret));
  const found = find(hex);
  if (found && remembered === undefined && known.size < maxKnown) known.set(secret, hex);
  return found;
}

/** Whether two texts are equal, with every character looked at. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) {
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  }
  return difference === 0;
}
