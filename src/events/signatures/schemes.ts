// How each vendor signs a webhook: where the signature stands, what it is over and what its secret is made of.
// It verifies nothing itself. Adding a scheme is adding its entry here.
import { bytesFromBase64, macFromBase64, macFromHex } from './hmac.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export type SignedMessage = {
  /** One that matches is enough: there are several while a secret is replaced. */
  signatures: readonly Bytes[];
  /** What was signed, part after part. */
  parts: readonly Uint8Array[];
  /** When it was signed, in seconds since the epoch, where the scheme says so. */
  timestampSeconds: number | null;
};

export type Scheme = {
  /** Finds the signature; `missing` without its headers, `malformed` where they are not in its form. */
  read(message: {
    headers: Pick<Headers, 'get'>;
    body: Uint8Array;
    /** Where a plain HMAC stands. */
    header: string;
  }): SignedMessage | 'missing' | 'malformed';
  secretBytes(secret: string): Bytes;
};

/** github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md; `v1a` (ed25519) is not taken. */
const standardWebhooks: Scheme = {
  read({ headers, body }) {
    const id = headers.get('webhook-id');
    const timestamp = headers.get('webhook-timestamp');
    const signature = headers.get('webhook-signature');
    if (id === null || timestamp === null || signature === null) return 'missing';
    const signatures = signature
      .split(' ')
      .filter((text) => text.startsWith('v1,'))
      .map((text) => macFromBase64(text.slice(3)));
    return signedMessage(signatures, [utf8(`${id}.${timestamp}.`), body], timestamp);
  },
  secretBytes: (secret) => bytesFromBase64(secret.replace(/^whsec_/, '')),
};

/** docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
const github: Scheme = {
  read({ headers, body }) {
    const signature = headers.get('x-hub-signature-256');
    if (signature === null) return 'missing';
    const isPrefixed = signature.startsWith('sha256=');
    return signedMessage([isPrefixed ? macFromHex(signature.slice(7)) : null], [body], null);
  },
  secretBytes: utf8,
};

/** docs.stripe.com/webhooks#verify-manually: `t=…,v1=…,v1=…`; `v0` is for Stripe's own tests. */
const stripe: Scheme = {
  read({ headers, body }) {
    const header = headers.get('stripe-signature');
    if (header === null) return 'missing';
    const items = header.split(',').map((item) => item.trim());
    const timestamp = items.find((item) => item.startsWith('t='))?.slice(2) ?? '';
    const signatures = items
      .filter((item) => item.startsWith('v1='))
      .map((item) => macFromHex(item.slice(3)));
    return signedMessage(signatures, [utf8(`${timestamp}.`), body], timestamp);
  },
  secretBytes: utf8,
};

/** HMAC-SHA256 of the body in a header of its own: hex or base64, with or without `sha256=`. */
const plainHmac: Scheme = {
  read({ headers, body, header }) {
    const signature = headers.get(header)?.replace(/^sha256=/, '');
    if (signature === undefined) return 'missing';
    return signedMessage([macFromHex(signature) ?? macFromBase64(signature)], [body], null);
  },
  secretBytes: utf8,
};

export const schemes = {
  'standard-webhooks': standardWebhooks,
  github,
  stripe,
  hmac: plainHmac,
} as const satisfies Record<string, Scheme>;

/** @param timestamp as it stands in the header; null where the scheme has none */
function signedMessage(
  signatures: readonly (Bytes | null)[],
  parts: readonly Uint8Array[],
  timestamp: string | null,
): SignedMessage | 'malformed' {
  const read = signatures.filter((signature) => signature !== null);
  if (read.length === 0 || (timestamp !== null && !/^\d{1,12}$/.test(timestamp)))
    return 'malformed';
  return {
    signatures: read,
    parts,
    timestampSeconds: timestamp === null ? null : Number(timestamp),
  };
}

function utf8(text: string): Bytes {
  return new Uint8Array(new TextEncoder().encode(text));
}
