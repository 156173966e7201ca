// What is stored of a document, and that what is read back can be stored again.
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../../src/config/configuration.ts';
import { shortenHashes, withStoredKeys } from '../../../src/config/key-hashes.ts';
import { readDocument } from '../../../src/config/read-document.ts';

const hex64 = fc
  .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
  .map((digits) => digits.join(''));
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}$/);
const url = fc
  .record({ host: fc.domain(), path: fc.webPath(), query: fc.webQueryParameters() })
  .map(({ host, path, query }) => `https://${host}${path}?${query}#gone`);
const urls = fc.uniqueArray(url, { minLength: 1, maxLength: 4 });

const documents = fc.record(
  {
    format: fc.constant(1),
    routes: fc.dictionary(
      name,
      fc.record(
        {
          destinations: urls,
          algorithm: fc.constantFrom('broadcast', 'Round_Robin'),
          rollout: fc.option(
            fc.record({ percent: fc.integer({ min: 0, max: 100 }), destinations: urls }),
          ),
        },
        { requiredKeys: ['destinations'] },
      ),
    ),
    keys: fc.dictionary(
      fc.stringMatching(/^[a-z0-9-]{1,20}$/),
      fc.record({
        source: fc.string({ minLength: 1, maxLength: 64 }),
        sha256: hex64,
        createdAt: fc.constant('2026-11-25T00:00:00Z'),
      }),
    ),
    redaction: fc.record({ headers: fc.array(fc.stringMatching(/^[A-Za-z0-9-]{1,64}$/)) }),
    access: fc.record({
      members: fc.array(
        fc.record({
          who: fc
            .emailAddress({ size: 'small' })
            .filter((email) => /^[a-z0-9.]+@[a-z0-9.-]+$/i.test(email)),
          role: fc.constantFrom('viewer', 'admin'),
        }),
        { maxLength: 3 },
      ),
    }),
    retries: fc.option(fc.record({ pausesSeconds: fc.array(fc.integer({ min: 0, max: 9 })) })),
  },
  { requiredKeys: ['format'] },
);

function stored(document: unknown): { text: string; configuration: Configuration } {
  const read = readDocument(document);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return read;
}

describe('a document', () => {
  test('that is exported and applied again is what is stored, with hashes shortened or in full', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const { text, configuration } = stored(document);
        const exported: unknown = JSON.parse(text);
        expect(stored(withStoredKeys(exported, configuration)).text).toBe(text);
        expect(stored(withStoredKeys(shortenHashes(exported), configuration)).text).toBe(text);
      }),
    );
  });

  test('that is shortened shows no whole hash', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(JSON.stringify(shortenHashes(document))).not.toMatch(/[0-9a-f]{64}/);
      }),
    );
  });

  test('that says nothing of keys or access leaves both as they are', () => {
    const access = { members: [{ who: 'dana@acme.io', role: 'admin' }] };
    const { configuration } = stored({ format: 1, access });
    const again = stored(withStoredKeys({ format: 1 }, configuration));
    expect(again.configuration.access).toEqual(configuration.access);
    const none = stored(withStoredKeys({ format: 1, access: {} }, configuration));
    expect(none.configuration.access?.members).toEqual([]);
  });

  test('cannot take the hash of another key by its beginning', () => {
    const sha256 = 'a'.repeat(64);
    const key = { source: 'shop', sha256, createdAt: '2026-11-25T00:00:00Z' };
    const { configuration } = stored({ format: 1, keys: { shop: key } });
    const sly = { format: 1, keys: { sly: { ...key, sha256: `${'a'.repeat(12)}…` } } };
    expect(readDocument(withStoredKeys(sly, configuration))).toMatchObject({
      ok: false,
      issues: [{ path: 'keys.sly.sha256' }],
    });
  });
});

test('the example in the documentation is a configuration', async () => {
  const text = await readFile('docs/examples/throughline.json', 'utf8');
  expect(readDocument(JSON.parse(text))).toMatchObject({ ok: true });
});
