// Draws API tokens. It stores nothing: a token is told once, and then only its hash is known.
import { sha256, toHex } from '../../correlation/sha256.ts';

const secretBytes = 32;
const idBytes = 4;

/** What has another form is no token, and is looked up nowhere. */
export const apiTokenForm = /^tl_api_[A-Za-z0-9_-]{43}$/;

/** 32 random bytes, as `tl_api_` and base64url. The id is no secret; `sha256` is lower-case hex. */
export async function drawApiToken(
  role: string,
): Promise<{ id: string; token: string; sha256: string }> {
  const bytes = crypto.getRandomValues(new Uint8Array(secretBytes));
  const text = btoa(String.fromCharCode(...bytes));
  const token = `tl_api_${text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
  const id = `${role}-${toHex(crypto.getRandomValues(new Uint8Array(idBytes)))}`;
  return { id, token, sha256: toHex(await sha256(token)) };
}
