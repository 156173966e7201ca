// Decides whether a URL's host may be called at all, whatever the allowlist says: nothing that lies inside
// a network, describes a cloud machine or is reserved. Pure; never resolves a name.
import ipaddr from 'ipaddr.js';

/**
 * Names that no public resolver answers for, or that answer with an address inside a network.
 * Each stands for itself and for everything below it. Sources: RFC 6761 (localhost), RFC 6762 (local and its
 * appendix G), RFC 8375 (home.arpa), ICANN resolution 2024.07.29.06 (internal).
 */
const innerNames = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'private',
  'corp',
  'home',
  'lan',
  'arpa',
  // Inside a Kubernetes cluster.
  'svc',
  // Google's second name for its metadata server.
  'metadata.goog',
  // Public names that answer with the address written into them, or with loopback.
  'nip.io',
  'sslip.io',
  'xip.io',
  'localtest.me',
  'lvh.me',
  'vcap.me',
  'lacolhost.com',
  'traefik.me',
];

/** What the library's names of ranges are in words; a range that is not here is spelled as the library does. */
const rangeWords: Record<string, string> = {
  unspecified: 'an unspecified address',
  broadcast: 'the broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address, where clouds keep their metadata',
  loopback: 'a loopback address',
  carrierGradeNat: 'an address of a provider’s own network',
  private: 'a private address',
  uniqueLocal: 'a private address',
  reserved: 'a reserved address',
  ipv4Mapped: 'an IPv4 address in the form of an IPv6 address',
  rfc6145: 'an IPv4 address in the form of an IPv6 address',
  rfc6052: 'an IPv4 address behind NAT64',
  '6to4': 'an IPv4 address behind a 6to4 relay',
  teredo: 'an IPv4 address behind a Teredo relay',
};

/** Azure answers virtual machines here, on an address that looks public. */
const publicMetadataAddresses = new Set(['168.63.129.16']);

/**
 * Why this host may not be called, in words that go on after "it is"; null where nothing speaks against it.
 *
 * The URL parser has read the host already (WHATWG URL, §3.5 host parsing): decimal, octal, hex and short
 * IPv4 forms, full-width and enclosed characters and percent-encoding have become one canonical spelling.
 * Only `unicast` addresses pass, so that a range which the library learns of later is refused from then on.
 * @param url with the scheme http or https: other schemes leave the host as it was written
 */
export function forbiddenHost(url: URL): string | null {
  const host = url.hostname.replace(/\.$/, '');
  if (host.startsWith('[')) return forbiddenIpv6(host.slice(1, -1));
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) return forbiddenIpv4(host);
  // The URL parser leaves a name with an empty label as it was written: 0x7f.1.. is still no number to it.
  if (host.split('.').includes('')) return 'a name with an empty part';
  const inner = innerNames.find((name) => host === name || host.endsWith(`.${name}`));
  if (inner !== undefined) return `a name of a network of its own (${inner})`;
  return host.includes('.') ? null : 'a name without a dot, which only a network of its own knows';
}

function forbiddenIpv4(host: string): string | null {
  if (publicMetadataAddresses.has(host)) return 'a cloud’s metadata address';
  return forbiddenRange(ipaddr.IPv4.parse(host).range());
}

function forbiddenIpv6(host: string): string | null {
  const address = ipaddr.IPv6.parse(host);
  const range = forbiddenRange(address.range());
  if (range !== null) return range;
  const [first = 0, , , , fifth = 0, sixth = 0] = address.parts;
  // RFC 4291 §2.4: global unicast is 2000::/3. This leaves out ::a.b.c.d (IPv4-compatible) and what is unassigned.
  if (first >> 13 !== 1) return 'an IPv6 address that is not global unicast';
  // RFC 5214 §6.1: ISATAP has an IPv4 address in the last 32 bits.
  if ((fifth & ~0x0200) === 0 && sixth === 0x5efe) return 'an IPv4 address behind ISATAP';
  return null;
}

function forbiddenRange(range: string): string | null {
  return range === 'unicast' ? null : (rangeWords[range] ?? `an address of the range ${range}`);
}
