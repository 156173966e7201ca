import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRequestTarget } from '../../../src/proxy/parse-request-target.ts';

function hrefs(search: string): string[] {
  const parsed = parseRequestTarget(search);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problem));
  return parsed.value.destinations.map((url) => url.href);
}

function reason(search: string): string {
  const parsed = parseRequestTarget(search);
  return parsed.ok ? 'ok' : parsed.problem.reason;
}

/** The fallback list of a URL whose destination is https://a.example/, or the problem. */
function fallback(rest: string): string[] {
  const parsed = parseRequestTarget(`destinations=https://a.example/${rest}`);
  return parsed.ok ? parsed.value.fallback.map((url) => url.href) : [parsed.problem.reason];
}

describe('the edge URL', () => {
  test('takes a plain destination, also unencoded', () => {
    expect(hrefs('destinations=https://jobs.example/a')).toEqual(['https://jobs.example/a']);
  });

  test('splits at literal commas and keeps the order', () => {
    expect(hrefs('destinations=https://b.example/,https://a.example/')).toEqual([
      'https://b.example/',
      'https://a.example/',
    ]);
  });

  test('takes a list that was encoded as a whole', () => {
    const list = encodeURIComponent('https://a.example/x?c=1,2,https://b.example/');
    expect(hrefs(`destinations=${list}`)).toEqual([
      'https://a.example/x?c=1,2',
      'https://b.example/',
    ]);
  });

  test('keeps a plus a plus', () => {
    expect(hrefs('destinations=https://a.example/?q=a+b')).toEqual(['https://a.example/?q=a+b']);
  });

  test('is pass-through unless it says otherwise, in any case and with _ or -', () => {
    const algorithms = ['', '&algorithm=PASS_THROUGH', '&algorithm=Pass-Through'].map((rest) => {
      const parsed = parseRequestTarget(`destinations=https://a.example/${rest}`);
      return parsed.ok ? parsed.value.algorithm : null;
    });
    expect(new Set(algorithms)).toEqual(new Set(['pass-through']));
  });

  test.each([
    ['', 'destinations_missing'],
    ['destinations=', 'destinations_missing'],
    ['algorithm=pass-through', 'destinations_missing'],
    ['destinations=https://a.example&destinations=https://b.example', 'destinations_repeated'],
    [
      'algorithm=broadcast&algorithm=pass-through&destinations=https://a.example',
      'algorithm_repeated',
    ],
    ['destinations=https://a.example,,https://b.example', 'destination_blank'],
    ['destinations=https://a.example,', 'destination_blank'],
    ['destinations=https://a.example,https://A.example/', 'destination_duplicate'],
    ['destinations=ftp://a.example', 'destination_malformed'],
    ['destinations=//a.example', 'destination_malformed'],
    ['destinations=https://', 'destination_malformed'],
    ['destinations=https://user:secret@a.example/', 'destination_malformed'],
  ])('%s is %s', (search, expected) => {
    expect(reason(search)).toBe(expected);
  });

  test('takes a fallback list by the same rules, and none when there is none', () => {
    const list = encodeURIComponent('https://b.example/?x=1,https://c.example/');
    expect(fallback('')).toEqual([]);
    expect(fallback('&fallback=')).toEqual([]);
    expect(fallback(`&fallback=${list}`)).toEqual(['https://b.example/?x=1', 'https://c.example/']);
    expect(fallback('&fallback=https://b.example,')).toEqual(['destination_blank']);
    expect(fallback('&fallback=https://a.example/')).toEqual(['destination_duplicate']);
    expect(fallback('&fallback=https://b.example&fallback=https://c.example')).toEqual([
      'destinations_repeated',
    ]);
  });

  test('never repeats a password in a problem', () => {
    const parsed = parseRequestTarget('destinations=https://user:secret@a.example/');
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });

  test('brings every list of encoded URLs back whole and in order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.webUrl({ withQueryParameters: true, withFragments: false }), {
          minLength: 1,
          maxLength: 6,
          selector: (url) => new URL(url).href,
        }),
        (urls) => {
          const search = `destinations=${urls.map(encodeURIComponent).join(',')}`;
          // One item that itself holds ",https://" is a list by the contract.
          fc.pre(urls.length > 1 || !/,https?:\/\//i.test(urls[0] ?? ''));
          expect(hrefs(search)).toEqual(urls.map((url) => new URL(url).href));
        },
      ),
    );
  });

  test('never throws, whatever is in the query', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (search) => {
        expect(reason(search)).toMatch(/^(ok|destination|algorithm)/);
      }),
    );
  });
});
