// What is stored of a document, and that what is read back can be stored again.
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
    retries: fc.option(fc.record({ pausesSeconds: fc.array(fc.integer({ min: 0, max: 9 })) })),
  },
  { requiredKeys: ['format'] },
);

function stored(document: unknown): { text: string; keys: Record<string, never> } {
  const read = readDocument(document);
  if (!read.ok) throw new Error(JSON.stringify(read.issues));
  return { text: read.text, keys: read.configuration.keys as Record<string, never> };
}

describe('a document', () => {
  test('that is exported and applied again is what is stored, with hashes shortened or in full', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const { text, keys } = stored(document);
        const exported: unknown = JSON.parse(text);
        expect(stored(withStoredKeys(exported, keys)).text).toBe(text);
        expect(stored(withStoredKeys(shortenHashes(exported), keys)).text).toBe(text);
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

  test('cannot take the hash of another key by its beginning', () => {
    const sha256 = 'a'.repeat(64);
    const key = { source: 'shop', sha256, createdAt: '2026-11-25T00:00:00Z' };
    const { keys } = stored({ format: 1, keys: { shop: key } });
    const sly = { format: 1, keys: { sly: { ...key, sha256: `${'a'.repeat(12)}…` } } };
    expect(readDocument(withStoredKeys(sly, keys))).toMatchObject({
      ok: false,
      issues: [{ path: 'keys.sly.sha256' }],
    });
  });
});

test('the example in the documentation is a configuration', async () => {
  const text = await readFile('docs/examples/throughline.json', 'utf8');
  expect(readDocument(JSON.parse(text))).toMatchObject({ ok: true });
});
