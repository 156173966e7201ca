// What the Worker's variables become, and which it refuses to run with.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { matchesSha256 } from '../../../src/config/secret.ts';

describe('without any variable', () => {
  test('everything is closed, and the limits have their defaults', () => {
    expect(parseConfig({})).toMatchObject({
      bootstrapKey: null,
      apiTokenSha256: null,
      allowedDestinations: [],
      allowPrivateDestinations: false,
      inboundSignature: null,
      outboundSigningSecrets: [],
      maxBodyBytes: 1_048_576,
      maxStreamedBytes: 104_857_600,
      maxDestinations: 100,
    });
  });
});

test('the edge’s address is an origin, with or without a slash at its end', () => {
  for (const EDGE_URL of ['https://edge.example', 'https://EDGE.example/']) {
    expect(parseConfig({ EDGE_URL }).edgeUrl).toBe('https://edge.example');
  }
  expect(parseConfig({}).edgeUrl).toBeNull();
});

describe('variables are refused', () => {
  const secret = `whsec_${'A'.repeat(43)}=`;

  test.each<[string, Record<string, string>, string]>([
    ['a key without its source', { INGEST_KEY_SHA256: 'a'.repeat(64) }, 'INGEST_SOURCE'],
    ['an edge that is no origin', { EDGE_URL: 'https://edge.example/path' }, 'EDGE_URL'],
    ['an edge that is no URL', { EDGE_URL: 'edge.example' }, 'EDGE_URL'],
    ['a key that is no hash', { INGEST_KEY_SHA256: 'secret' }, 'INGEST_KEY_SHA256'],
    ['a switch that is neither', { ALLOW_PRIVATE_DESTINATIONS: 'yes' }, 'ALLOW_PRIVATE'],
    ['an allowlist with a slip', { ALLOWED_DESTINATIONS: 'https://a.example,b' }, '"b"'],
    ['limits that cross', { MAX_STREAMED_BYTES: '2000' }, 'MAX_STREAMED_BYTES'],
    ['a signature without secret', { INBOUND_SIGNATURE: 'github' }, 'INBOUND_SIGNATURE_SECRET'],
    ['a scheme nobody knows', { INBOUND_SIGNATURE: 'rot13' }, 'INBOUND_SIGNATURE'],
    [
      'a Standard Webhooks secret that is no base64',
      { INBOUND_SIGNATURE: 'standard-webhooks', INBOUND_SIGNATURE_SECRET: 'whsec_!' },
      'INBOUND_SIGNATURE_SECRET',
    ],
    [
      'a signing secret that is short',
      { OUTBOUND_SIGNING_SECRET: 'whsec_abc' },
      'OUTBOUND_SIGNING',
    ],
    [
      'a signing secret of no length',
      { OUTBOUND_SIGNING_SECRET: `${secret}A` },
      'OUTBOUND_SIGNING',
    ],
    [
      'one of two that is short',
      { OUTBOUND_SIGNING_SECRET: `${secret},whsec_a` },
      'OUTBOUND_SIGNING',
    ],
    [
      'a database that is no Postgres',
      { OBSERVABILITY_DATABASE_URL: 'mysql://root@db.example/observability' },
      'OBSERVABILITY_DATABASE_URL',
    ],
    [
      'a WebSocket proxy for a driver that knows none',
      {
        OBSERVABILITY_DATABASE_URL: 'postgres://db.example/observability',
        OBSERVABILITY_WEBSOCKET_PROXY: 'wss://proxy.example/v1',
      },
      'OBSERVABILITY_WEBSOCKET_PROXY',
    ],
  ])('%s', (_name, variables, named) => {
    expect(() => parseConfig(variables)).toThrow(named);
  });

  test('never with the secret in the message', () => {
    expect(() => parseConfig({ OUTBOUND_SIGNING_SECRET: 'hunter2' })).not.toThrow('hunter2');
    expect(() => parseConfig({ OUTBOUND_SIGNING_SECRET: 'hunter2' })).toThrow('OUTBOUND_SIGNING');
  });
});

test('two secrets stand beside each other while one replaces another', () => {
  const [one, two] = [`whsec_${'A'.repeat(43)}=`, `whsec_${'B'.repeat(43)}=`];
  expect(
    parseConfig({
      OUTBOUND_SIGNING_SECRET: `${one},${two}`,
      INBOUND_SIGNATURE: 'stripe',
      INBOUND_SIGNATURE_SECRET: 'old,new',
    }),
  ).toMatchObject({
    outboundSigningSecrets: [one, two],
    inboundSignature: { scheme: 'stripe', secrets: ['old', 'new'] },
  });
});

test('a secret may do without the padding of its base64, as the libraries of Standard Webhooks do', () => {
  const secret = `whsec_${'A'.repeat(43)}`;
  expect(
    parseConfig({
      OUTBOUND_SIGNING_SECRET: secret,
      INBOUND_SIGNATURE: 'standard-webhooks',
      INBOUND_SIGNATURE_SECRET: secret,
    }),
  ).toMatchObject({ outboundSigningSecrets: [secret], inboundSignature: { secrets: [secret] } });
});

describe('a secret', () => {
  const hash = createHash('sha256').update('tl_žluťoučký').digest('hex');

  test('is known by its hash in either case, again and again', async () => {
    for (const hex of [hash, hash.toUpperCase(), hash]) {
      expect(await matchesSha256('tl_žluťoučký', hex)).toBe(true);
    }
  });

  test.each(['', 'tl_', 'tl_zlutoucky', hash])('is not "%s"', async (other) => {
    expect(await matchesSha256(other, hash)).toBe(false);
  });

  test('is known no more once another hash is asked for', async () => {
    expect(await matchesSha256('tl_žluťoučký', '0'.repeat(64))).toBe(false);
  });
});

describe('the driver of a database without Hyperdrive', () => {
  test.each<[string, string, 'pg' | 'neon']>([
    ['postgres://u:p@ep-cool-1.eu-central-1.aws.neon.tech/observability', '', 'neon'],
    ['postgres://u:p@ep-cool-1.eu-central-1.aws.neon.tech/observability', 'pg', 'pg'],
    ['postgresql://u:p@db.example:5433/observability', '', 'pg'],
    ['postgres://u:p@neon.tech.example/observability', '', 'pg'],
    ['postgres://u:p@127.0.0.1/observability', 'neon', 'neon'],
  ])('%s, asked for "%s": %s', (url, asked, driver) => {
    expect(
      parseConfig({ OBSERVABILITY_DATABASE_URL: url, OBSERVABILITY_DRIVER: asked }).observability,
    ).toEqual({ url, driver, proxyUrl: null });
  });

  test('none where no address is given', () => {
    expect(parseConfig({}).observability).toBeNull();
  });
});
