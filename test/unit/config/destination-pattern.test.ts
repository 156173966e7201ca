// Which URLs an entry of the allowlist opens.
import { describe, expect, test } from 'vitest';
import {
  matchesDestination,
  parseDestinationPattern,
} from '../../../src/config/destination-pattern.ts';

function matches(pattern: string, url: string): boolean {
  return matchesDestination(parseDestinationPattern(pattern), new URL(url));
}

describe('an entry opens', () => {
  test.each([
    ['https://jobs.example.com', 'https://jobs.example.com/any/path?x=1'],
    ['HTTPS://Jobs.Example.com', 'https://jobs.example.com/'],
    ['https://jobs.example.com/hooks/*', 'https://jobs.example.com/hooks/a/b'],
    ['https://jobs.example.com/hooks', 'https://jobs.example.com/hooks?x=1'],
    ['https://*.netlify.app', 'https://shop.netlify.app/job'],
    ['https://*.netlify.app', 'https://a.b.netlify.app/job'],
    ['https://jobs.example.com:8443', 'https://jobs.example.com:8443/'],
    ['https://jobs.example.com:*', 'https://jobs.example.com:1234/'],
    ['http://127.0.0.1:*', 'http://127.0.0.1:9999/job'],
    ['http://[::1]:8080', 'http://[::1]:8080/job'],
    ['*', 'https://anything.example/at/all'],
    ['https://*', 'https://anything.example/'],
    ['http://*:*', 'http://anything.example:81/'],
  ])('%s: %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(true);
  });
});

describe('an entry leaves closed', () => {
  test.each([
    ['https://jobs.example.com', 'http://jobs.example.com/'],
    ['https://jobs.example.com', 'https://jobs.example.com:8443/'],
    ['https://jobs.example.com', 'https://jobs.example.com.evil.example/'],
    ['https://jobs.example.com', 'https://eviljobs.example.com/'],
    ['https://jobs.example.com', 'https://jobs.example.com./'],
    ['https://jobs.example.com/hooks', 'https://jobs.example.com/hooks/a'],
    ['https://jobs.example.com/hooks/*', 'https://jobs.example.com/hooks/../admin'],
    ['https://jobs.example.com/hooks/*', 'https://jobs.example.com/hooks/%2e%2e/admin'],
    ['https://*.netlify.app', 'https://netlify.app/'],
    ['https://*.netlify.app', 'https://.netlify.app/'],
    ['https://*.netlify.app', 'https://evilnetlify.app/'],
    ['*', 'http://anything.example/'],
    ['*', 'https://anything.example:8443/'],
  ])('%s: %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(false);
  });
});

test.each(['jobs.example.com', 'ftp://jobs.example.com', '**', 'https://', 'https://a.*.b', ''])(
  '"%s" is no entry, and the message says how to write one',
  (text) => {
    expect(() => parseDestinationPattern(text)).toThrow('is not a pattern');
  },
);
