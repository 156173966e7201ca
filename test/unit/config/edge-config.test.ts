// What the edge works by: variables and what is stored, joined.
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { configurationSchema } from '../../../src/config/configuration.ts';
import { edgeConfig, edgeConfigOf } from '../../../src/config/edge-config.ts';

const variables = parseConfig({
  INGEST_SOURCE: 'shop',
  INGEST_KEY_SHA256: 'a'.repeat(64),
  ALLOWED_DESTINATIONS: 'https://jobs.example.com',
});

function stored(configuration: object) {
  return {
    version: 5,
    publishedAt: '2026-11-25T10:00:00.000Z',
    configuration: configurationSchema.parse({ format: 1, ...configuration }),
  };
}

describe('what the edge works by', () => {
  test('is the variables alone where nothing could be read', () => {
    expect(edgeConfig(variables, null)).toMatchObject({ ...variables, version: null });
  });

  test('unites the allowlists, and keeps a variable where nothing is stored for it', () => {
    const config = edgeConfig(
      variables,
      stored({ allowedDestinations: ['https://*.example.org'] }),
    );
    expect(config.allowedDestinations.map(({ text }) => text)).toEqual([
      'https://jobs.example.com',
      'https://*.example.org',
    ]);
    expect(config).toMatchObject({
      version: 5,
      bootstrapKey: variables.bootstrapKey,
      maxBodyBytes: variables.maxBodyBytes,
      rotationPersistenceMs: variables.rotationPersistenceMs,
    });
  });

  test('takes stored limits, and never streams less than it reads whole', () => {
    const limits = { maxBodyBytes: 20_000_000, maxStreamedBytes: 2_000, maxDestinations: 7 };
    const config = edgeConfig(variables, stored({ limits, rotationPersistenceSeconds: 60 }));
    expect(config).toMatchObject({
      maxBodyBytes: 20_000_000,
      maxStreamedBytes: 20_000_000,
      maxDestinations: 7,
      maxHeaderBytes: variables.maxHeaderBytes,
      rotationPersistenceMs: 60_000,
    });
  });

  test('knows keys by hash and by id, with what each may do', () => {
    const key = {
      source: 'crm',
      sha256: 'b'.repeat(64),
      destinations: ['https://crm.example.com/*'],
      createdAt: '2026-11-01T00:00:00.000Z',
      expiresAt: '2026-12-01T00:00:00.000Z',
    };
    const { keys } = edgeConfig(variables, stored({ keys: { 'crm-1': key } }));
    expect(keys.bySha256.get('b'.repeat(64))).toBe(keys.byId.get('crm-1'));
    expect(keys.byId.get('crm-1')).toMatchObject({
      source: 'crm',
      routes: null,
      destinations: [{ text: 'https://crm.example.com/*' }],
      expiresAtMs: Date.parse(key.expiresAt),
    });
  });

  test('is made once for each version', () => {
    const first = stored({});
    const made = edgeConfigOf(variables, first);
    expect(edgeConfigOf(variables, first)).toBe(made);
    expect(edgeConfigOf(variables, stored({}))).not.toBe(made);
  });
});
