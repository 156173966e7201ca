// Addresses that must never be called, and every spelling of them that a URL accepts. The spellings are made
// here from the specifications (WHATWG URL §3.5, RFC 4291, 6052, 3056, 4380, 5214), not by the code under test.

/** One or more of each range that is not for the public; IANA's special-purpose registries, November 2026. */
export const forbiddenIpv4 = [
  ['this host', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['private', '10.0.0.1'],
  ['private', '10.255.255.254'],
  ['provider’s network', '100.64.0.1'],
  ['Alibaba’s metadata', '100.100.100.200'],
  ['provider’s network', '100.127.255.254'],
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.255.254'],
  ['link-local', '169.254.0.1'],
  ['metadata', '169.254.169.254'],
  ['ECS’ metadata', '169.254.170.2'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.254'],
  ['protocol assignments', '192.0.0.8'],
  ['Oracle’s metadata', '192.0.0.192'],
  ['documentation', '192.0.2.1'],
  ['6to4 relay', '192.88.99.1'],
  ['private', '192.168.0.1'],
  ['private', '192.168.255.254'],
  ['benchmarking', '198.18.0.1'],
  ['benchmarking', '198.19.255.254'],
  ['documentation', '198.51.100.7'],
  ['documentation', '203.0.113.7'],
  ['multicast', '224.0.0.1'],
  ['multicast', '239.255.255.250'],
  ['reserved', '240.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['Azure’s metadata', '168.63.129.16'],
] as const;

export const forbiddenIpv6 = [
  ['unspecified', '::'],
  ['loopback', '::1'],
  ['loopback, long', '0:0:0:0:0:0:0:1'],
  ['loopback, longest', '0000:0000:0000:0000:0000:0000:0000:0001'],
  ['discard', '100::1'],
  ['discard, not yet known', '100:0:0:1::1'],
  ['link-local', 'fe80::1'],
  ['link-local', 'febf:ffff::1'],
  ['site-local', 'fec0::1'],
  ['unique local', 'fc00::1'],
  ['AWS’ metadata', 'fd00:ec2::254'],
  ['Google’s metadata', 'fd20:ce::254'],
  ['multicast', 'ff02::1'],
  ['multicast', 'ff05::1:3'],
  ['documentation', '2001:db8::1'],
  ['documentation', '2001:DB8:0:0::1'],
  ['documentation', '3fff::1'],
  ['benchmarking', '2001:2::1'],
  ['protocol assignments', '2001:1::1'],
  ['ORCHID', '2001:10::1'],
  ['ORCHID 2', '2001:20::1'],
  ['segment routing', '5f00::1'],
  ['unassigned', '4000::1'],
  ['unassigned', '1::1'],
] as const;

export const forbiddenNames = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'localhost..',
  'app.localhost',
  'a.b.localhost.',
  'ｌｏｃａｌｈｏｓｔ',
  'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
  'loc%61lhost',
  'l\u00ADocalhost',
  'localhost.localdomain',
  'printer.local',
  'metadata',
  'instance-data',
  'kubernetes',
  'kubernetes.default.svc',
  'api.default.svc.cluster.local',
  'metadata.google.internal',
  'METADATA.google.internal.',
  'metadata.google.internal。',
  'metadata.goog',
  'instance-data.ec2.internal',
  'db.corp',
  'nas.home',
  'router.home.arpa',
  'router.lan',
  '1.0.0.127.in-addr.arpa',
  '127.0.0.1.nip.io',
  '10-0-0-1.sslip.io',
  'anything.localtest.me',
  '127.0.0.1..',
  '0x7f.1..',
  '0177.0.0.1...',
  '.127.0.0.1',
  'a..b.example.com',
] as const;

/** Addresses and names that must stay callable. */
export const allowedHosts = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '126.255.255.255',
  '128.0.0.1',
  '168.63.129.17',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.255.255',
  '192.169.0.1',
  '223.255.255.255',
  '[2606:4700:4700::1111]',
  '[2a00:1450:4001:82a::200e]',
  'jobs.example.com',
  'shop.netlify.app',
  'localhost.example.com',
  'internal.example.com',
  'notlocalhost.com',
  'mylocal.io',
  'xn--hxajbheg2az3al.example',
] as const;

/** Every way to write one IPv4 address as the host of a URL, by the name of the way. */
export function ipv4Spellings(address: string): [way: string, host: string][] {
  const bytes = address.split('.').map(Number);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const tail = `${word(a, b)}:${word(c, d)}`;
  const inverted = `${word(a ^ 0xff, b ^ 0xff)}:${word(c ^ 0xff, d ^ 0xff)}`;
  return [
    ['plain', address],
    ['one decimal number', String(whole)],
    ['one octal number', octal(whole)],
    ['one octal number with zeros before it', `00000${octal(whole)}`],
    ['one hexadecimal number', hex(whole)],
    ['one hexadecimal number in capitals', `0X${whole.toString(16).toUpperCase()}`],
    ['two parts', `${a}.${whole % 2 ** 24}`],
    ['two parts in hexadecimal', `${hex(a)}.${hex(whole % 2 ** 24)}`],
    ['three parts', `${a}.${b}.${c * 256 + d}`],
    ['octal parts', bytes.map(octal).join('.')],
    ['octal parts with zeros before them', bytes.map((byte) => `000${octal(byte)}`).join('.')],
    ['hexadecimal parts', bytes.map(hex).join('.')],
    ['a part in each base', `${octal(a)}.${hex(b)}.${c}.${d}`],
    ['a dot at the end', `${address}.`],
    ['one number and a dot at the end', `${whole}.`],
    ['full-width digits', replaceDigits(address, 0xff10)],
    ['mathematical digits', replaceDigits(address, 0x1d7ce)],
    ['enclosed digits', replaceDigits(address, null)],
    ['enclosed digits in one number', replaceDigits(String(whole), null)],
    ['ideographic full stops', address.replaceAll('.', '。')],
    ['full-width full stops', address.replaceAll('.', '．')],
    ['half-width full stops', address.replaceAll('.', '｡')],
    ['percent-encoded', [...address].map(percentEncoded).join('')],
    ['a soft hyphen inside', `\u00AD${address}`],
    ['IPv4-mapped, dotted', `[::ffff:${address}]`],
    ['IPv4-mapped, in hexadecimal', `[::ffff:${tail}]`],
    ['IPv4-mapped, in capitals and in full', `[0000:0:0:0:0:FFFF:${tail.toUpperCase()}]`],
    ['IPv4-compatible, dotted', `[::${address}]`],
    ['IPv4-compatible, in hexadecimal', `[0:0:0:0:0:0:${tail}]`],
    ['IPv4-translated', `[::ffff:0:${address}]`],
    ['NAT64', `[64:ff9b::${address}]`],
    ['NAT64 in hexadecimal', `[64:ff9b::${tail}]`],
    ['NAT64 of a network of its own', `[64:ff9b:1::${tail}]`],
    ['6to4', `[2002:${tail}::1]`],
    ['Teredo', `[2001:0:4136:e378:8000:63bf:${inverted}]`],
    ['ISATAP', `[2a00:1450::5efe:${address}]`],
    ['ISATAP, globally unique', `[2a00:1450::200:5efe:${tail}]`],
  ];
}

/** Digits in another script, by the code point of its zero; null for enclosed ones, whose zero stands apart. */
function replaceDigits(text: string, zero: number | null): string {
  return text.replaceAll(/\d/g, (digit) => {
    const value = Number(digit);
    if (zero !== null) return String.fromCodePoint(zero + value);
    return String.fromCodePoint(value === 0 ? 0x24ea : 0x245f + value);
  });
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

function octal(value: number): string {
  return `0${value.toString(8)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Two bytes as a part of an IPv6 address. */
function word(high: number, low: number): string {
  return ((high << 8) | low).toString(16);
}
