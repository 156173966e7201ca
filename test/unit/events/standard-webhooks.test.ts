// Signatures of deliveries, held against the reference vector of Standard Webhooks.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { signatureHeaders } from '../../../src/events/signatures/standard-webhooks.ts';
import contract from '../../contracts/signatures/standard-webhooks.json' with { type: 'json' };

const { vector } = contract;
const message = {
  id: vector.id,
  atMs: vector.timestampSeconds * 1_000 + 999,
  body: new TextEncoder().encode(vector.body),
};

describe('a delivery is signed', () => {
  test('as the reference vector says', async () => {
    expect(await signatureHeaders(message, [vector.secret])).toEqual({
      'webhook-id': vector.id,
      'webhook-timestamp': String(vector.timestampSeconds),
      'webhook-signature': vector.signature,
    });
  });

  test('with the prefix of the secret left out alike', async () => {
    const bare = vector.secret.replace('whsec_', '');
    expect(await signatureHeaders(message, [bare])).toEqual(
      await signatureHeaders(message, [vector.secret]),
    );
  });

  test('by both secrets while one replaces another', async () => {
    const next = Buffer.alloc(32, 7);
    const signed = `${vector.id}.${vector.timestampSeconds}.${vector.body}`;
    const expected = createHmac('sha256', next).update(signed).digest('base64');
    const headers = await signatureHeaders(message, [
      `whsec_${next.toString('base64')}`,
      vector.secret,
    ]);
    expect(headers['webhook-signature']).toBe(`v1,${expected} ${vector.signature}`);
  });
});
