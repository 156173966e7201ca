import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDocuments } from '../../../src/config/compare-documents.ts';
import { stableJson } from '../../../src/config/stable-json.ts';

describe('comparing documents', () => {
  test('finds nothing between a document and itself, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        const reordered: unknown = JSON.parse(stableJson(document));
        expect(compareDocuments(document, reordered)).toEqual([]);
      }),
    );
  });

  test('finds something between any two that differ, and the same backwards', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
        const there = compareDocuments(before, after);
        expect(there.length > 0).toBe(stableJson(before) !== stableJson(after));
        const back = compareDocuments(after, before);
        const mirror = { added: 'removed', removed: 'added', changed: 'changed' };
        expect(back.map(({ path, kind }) => `${path} ${mirror[kind]}`).toSorted()).toEqual(
          there.map(({ path, kind }) => `${path} ${kind}`).toSorted(),
        );
      }),
    );
  });

  test.each<[string, unknown, unknown, unknown[]]>([
    [
      'a member that is a URL',
      { destinations: { 'https://a.example/x.y': { job: 'a' } } },
      { destinations: { 'https://a.example/x.y': { job: 'b' } } },
      [
        {
          path: 'destinations["https://a.example/x.y"].job',
          kind: 'changed',
          before: 'a',
          after: 'b',
        },
      ],
    ],
    [
      'one item of a long list',
      { list: ['a', 'b', 'c'] },
      { list: ['a', 'c', 'd'] },
      [
        { path: 'list[1]', kind: 'removed', before: 'b' },
        { path: 'list[2]', kind: 'added', after: 'd' },
      ],
    ],
    [
      'an order, which matters',
      { fallback: ['a', 'b'] },
      { fallback: ['b', 'a'] },
      [{ path: 'fallback', kind: 'changed', before: ['a', 'b'], after: ['b', 'a'] }],
    ],
    [
      'null and nothing',
      { retries: null },
      {},
      [{ path: 'retries', kind: 'removed', before: null }],
    ],
    ['the whole', 1, [2], [{ path: '(document)', kind: 'changed', before: 1, after: [2] }]],
  ])('tells %s', (_what, before, after, changes) => {
    expect(compareDocuments(before, after)).toEqual(changes);
  });
});
