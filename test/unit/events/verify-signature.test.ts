// Signatures of senders, held against the vendors' own vectors; Stripe publishes none, so that its form is
// made here as its page says (docs.stripe.com/webhooks#verify-manually), with Node's HMAC.
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verifySignature } from '../../../src/events/signatures/verify.ts';
import githubContract from '../../contracts/signatures/github.json' with { type: 'json' };
import standardContract from '../../contracts/signatures/standard-webhooks.json' with { type: 'json' };

const standard = standardContract.vector;
const github = githubContract.vector;
const nowMs = standard.timestampSeconds * 1_000;
const stripeSecret = 'whsec_test_secret';
const stripeBody = '{"id":"evt_1","object":"event"}';

function hmacHex(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

function stripeMac(atSeconds: number, secret = stripeSecret): string {
  return hmacHex(secret, `${atSeconds}.${stripeBody}`);
}

type Case = {
  scheme: 'standard-webhooks' | 'github' | 'stripe' | 'hmac';
  secrets: string[];
  headers: Record<string, string>;
  body: string;
  atMs?: number;
};

function verify({ scheme, secrets, headers, body, atMs = nowMs }: Case) {
  return verifySignature(
    { scheme, secrets, header: 'x-own' },
    { headers: new Headers(headers), body: new TextEncoder().encode(body), nowMs: atMs },
  );
}

const standardCase: Case = {
  scheme: 'standard-webhooks',
  secrets: [standard.secret],
  headers: {
    'webhook-id': standard.id,
    'webhook-timestamp': String(standard.timestampSeconds),
    'webhook-signature': standard.signature,
  },
  body: standard.body,
};
const githubCase: Case = {
  scheme: 'github',
  secrets: [github.secret],
  headers: { 'x-hub-signature-256': github.signature },
  body: github.body,
};
const t = standard.timestampSeconds;
const stripeCase: Case = {
  scheme: 'stripe',
  secrets: [stripeSecret],
  headers: { 'stripe-signature': `t=${t},v1=${stripeMac(t)},v0=${'0'.repeat(64)}` },
  body: stripeBody,
};
const plainMac = createHmac('sha256', 'plain').update('body').digest();
const plainCase: Case = {
  scheme: 'hmac',
  secrets: ['plain'],
  headers: { 'x-own': plainMac.toString('hex') },
  body: 'body',
};

describe('a request is taken for signed', () => {
  test.each<[string, Case]>([
    ['Standard Webhooks', standardCase],
    [
      'Standard Webhooks with another signature before it, and one of another kind',
      {
        ...standardCase,
        headers: {
          ...standardCase.headers,
          'webhook-signature': `v1a,abc= v1,${'A'.repeat(43)}= ${standard.signature}`,
        },
      },
    ],
    [
      'Standard Webhooks with a new secret beside the old',
      { ...standardCase, secrets: [`whsec_${'A'.repeat(32)}`, standard.secret] },
    ],
    ['Standard Webhooks at the end of its tolerance', { ...standardCase, atMs: nowMs + 300_000 }],
    ['GitHub', githubCase],
    ['GitHub, whenever it was', { ...githubCase, atMs: 0 }],
    ['Stripe', stripeCase],
    [
      'Stripe while its secret is rolled',
      {
        ...stripeCase,
        headers: { 'stripe-signature': `t=${t},v1=${stripeMac(t, 'old')},v1=${stripeMac(t)}` },
      },
    ],
    ['plain, hex', plainCase],
    [
      'plain, hex with a prefix',
      { ...plainCase, headers: { 'x-own': `sha256=${plainMac.toString('hex')}` } },
    ],
    ['plain, base64', { ...plainCase, headers: { 'x-own': plainMac.toString('base64') } }],
  ])('%s', async (_name, given) => {
    expect(await verify(given)).toBeNull();
  });
});

test.each(standardContract.verified)(
  'Standard Webhooks’ libraries agree: $about',
  async (given) => {
    const { isValid, secret, body, ...rest } = given;
    const headers = Object.fromEntries(Object.entries(rest.headers));
    const failure = await verify({ scheme: 'standard-webhooks', secrets: [secret], headers, body });
    expect(failure === null).toBe(isValid);
  },
);

const cases = [standardCase, githubCase, stripeCase, plainCase];

describe('a request is refused', () => {
  test.each(cases)('$scheme, with a body that was changed', async (given) => {
    expect(await verify({ ...given, body: `${given.body} ` })).toBe('wrong');
  });

  test.each(cases)('$scheme, with another secret', async (given) => {
    const secrets = [given.scheme === 'standard-webhooks' ? `whsec_${'A'.repeat(32)}` : 'other'];
    expect(await verify({ ...given, secrets })).toBe('wrong');
  });

  test.each(cases)('$scheme, without a signature', async (given) => {
    expect(await verify({ ...given, headers: {} })).toBe('missing');
  });

  test.each(cases)('$scheme, with a signature of another form', async (given) => {
    const headers = Object.fromEntries(
      Object.entries(given.headers).map(([name, value]) => [
        name,
        name.endsWith('signature') || name === 'x-own' || name.endsWith('256') ? 'v1,abc' : value,
      ]),
    );
    expect(await verify({ ...given, headers })).toBe('malformed');
  });

  test.each([standardCase, stripeCase])('$scheme, signed too long ago or ahead', async (given) => {
    expect(await verify({ ...given, atMs: nowMs + 301_000 })).toBe('not_now');
    expect(await verify({ ...given, atMs: nowMs - 301_000 })).toBe('not_now');
  });

  test('Standard Webhooks, with a time that was changed', async () => {
    const headers = { ...standardCase.headers, 'webhook-timestamp': String(t + 1) };
    expect(await verify({ ...standardCase, headers })).toBe('wrong');
  });

  test('Stripe, with a time that is none', async () => {
    const headers = { 'stripe-signature': `t=now,v1=${stripeMac(t)}` };
    expect(await verify({ ...stripeCase, headers })).toBe('malformed');
  });
});
