// Which destinations share a circuit, and which object keeps it. Pure but for WebCrypto.
import { sha256, toHex } from '../correlation/sha256.ts';

/** Longer ones have no circuit. */
export const longestKey = 2_048;

/**
 * A job: origin and path. Not the host, where one job that fails would take the others with it; not the query, in
 * which each event may differ, and which may hold a secret.
 */
export function circuitKey(destination: URL): string {
  const { href } = destination;
  const end = href.indexOf('?');
  return end < 0 ? href : href.slice(0, end);
}

/** Names a circuit in URLs and between objects: 32 hex digits. */
export async function circuitId(key: string): Promise<string> {
  return toHex(await sha256(key)).slice(0, 32);
}

/** Circuits lie in so many objects: few, so that an isolate's report is few calls. */
const shardCount = 4;

export const shards: readonly string[] = Array.from({ length: shardCount }, (_, index) =>
  String(index),
);

/** The object that keeps a circuit. */
export function shardOf(id: string): string {
  return String(Number.parseInt(id.slice(0, 2), 16) % shardCount);
}
