// Which hosts may never be called, spelling by spelling.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forbiddenHost } from '../../../src/config/destination-address.ts';
import {
  allowedHosts,
  forbiddenIpv4,
  forbiddenIpv6,
  forbiddenNames,
  ipv4Spellings,
} from '../../support/forbidden-addresses.ts';

/** A host that no URL can have is refused before: it is not a URL. */
function verdict(host: string): string | null {
  let url: URL;
  try {
    url = new URL(`https://${host}/job`);
  } catch {
    return 'not a URL';
  }
  return forbiddenHost(url);
}

const spellings = forbiddenIpv4.flatMap(([range, address]) =>
  ipv4Spellings(address).map(([way, host]) => ({ range, address, way, host })),
);

describe('a host is refused', () => {
  test('in enough spellings to speak of all', () => {
    expect(spellings.length).toBeGreaterThan(1_000);
    expect(new Set(spellings.map(({ host }) => host)).size).toBeGreaterThan(900);
  });

  test.each(spellings)('$address ($range), $way: $host', ({ host }) => {
    expect(verdict(host)).not.toBeNull();
  });

  test.each(forbiddenIpv6)('%s: [%s]', (_range, address) => {
    expect(verdict(`[${address}]`)).not.toBeNull();
  });

  test.each(forbiddenNames)('%s', (name) => {
    expect(verdict(name)).not.toBeNull();
  });
});

describe('a host passes', () => {
  test.each(allowedHosts)('%s', (host) => {
    expect(verdict(host)).toBeNull();
  });
});

describe('whatever the address', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const address = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));

  test('an IPv4 address is judged alike in every IPv4 spelling', () => {
    fc.assert(
      fc.property(address, (text) => {
        const plain = verdict(text);
        const hosts = ipv4Spellings(text).map(([, host]) => host);
        const other = hosts.filter((host) => !host.startsWith('[') && verdict(host) !== plain);
        expect(other).toEqual([]);
      }),
    );
  });

  test('an IPv4 address inside an IPv6 address is refused, a public one too', () => {
    fc.assert(
      fc.property(address, (text) => {
        const hosts = ipv4Spellings(text).map(([, host]) => host);
        const through = hosts.filter((host) => host.startsWith('[') && verdict(host) === null);
        expect(through).toEqual([]);
      }),
    );
  });

  test('an IPv6 address outside 2000::/3 is refused', () => {
    const words = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(words, (parts) => {
        fc.pre((parts[0] ?? 0) >> 13 !== 1);
        expect(verdict(`[${parts.map((part) => part.toString(16)).join(':')}]`)).not.toBeNull();
      }),
    );
  });
});
