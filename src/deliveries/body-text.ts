// A request body as text and back, for what can only hold text.

/** Bytes a call takes: more arguments than this overflow the stack. */
const sliceBytes = 32_768;

/** @returns base64 */
export function bodyText(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    binary += String.fromCharCode(...bytes.subarray(at, at + sliceBytes));
  }
  return btoa(binary);
}

/** @param text base64, as {@link bodyText} writes it */
export function bodyBytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
