// Names a line by what it says, so that it is known again in another answer. Pure.

/**
 * Twelve hex digits, 48 bits, of a text: two FNV-1a hashes (datatracker.ietf.org/doc/html/draft-eastlake-fnv), the
 * second over the text with another beginning. It tells lines apart, it protects nothing.
 */
export function hashOf(text: string): string {
  let low = 0x81_1c_9d_c5;
  let high = 0x01_00_01_93;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01_00_01_93);
    high = Math.imul(high ^ (code + at), 0x01_00_01_93) ^ (high >>> 13);
  }
  return (
    (low >>> 0).toString(16).padStart(8, '0') +
    ((high >>> 0) & 0xff_ff).toString(16).padStart(4, '0')
  );
}
