// Names a node in few characters, the same in every load: what addresses keep and workers can count with. Pure.

/** FNV-1a over UTF-16 units, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** A hash of numbers, in their order. */
export function mixHashes(...parts: number[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    for (let shift = 0; shift < 32; shift += 8) {
      hash = Math.imul(hash ^ ((part >>> shift) & 0xff), 0x01000193);
    }
  }
  return hash >>> 0;
}

/** Up to seven characters. */
export function hashText(hash: number): string {
  return hash.toString(36);
}

/** Null for what no hash looks like. */
export function parseHash(text: string): number | null {
  if (!/^[0-9a-z]{1,7}$/.test(text)) return null;
  const hash = Number.parseInt(text, 36);
  return hash <= 0xffffffff ? hash : null;
}
