// The cases of the W3C's own validation suite (github.com/w3c/trace-context, test/test.py at
// acab820be9db7b3433668baa5cdd43f57f4c4be0, strict level 2), as far as they need no server.
import { describe, expect, test } from 'vitest';
import { parseTraceparent, traceparentFor } from '../../../src/correlation/trace-context.ts';
import { tracestateToHandOn } from '../../../src/correlation/tracestate.ts';

const traceId = '12345678901234567890123456789012';
const parentId = '1234567890123456';
const valid = `00-${traceId}-${parentId}-01`;

/** Values as `Headers` hands them out: white space around them is gone, several are joined. */
function joined(...values: string[]): string | null {
  const headers = new Headers();
  for (const value of values) headers.append('x', value);
  return headers.get('x');
}

describe('traceparent is continued', () => {
  test.each([
    ['version 00', valid],
    ['version cc', `cc-${traceId}-${parentId}-01`],
    ['version cc and more', `cc-${traceId}-${parentId}-01-what-the-future-will-be-like`],
    ['white space before', ` ${valid}`],
    ['a tab before', `\t${valid}`],
    ['white space after', `${valid} `],
    ['a tab after', `${valid}\t`],
    ['both around', `\t ${valid} \t`],
  ])('%s', (_name, value) => {
    const inbound = joined(value);
    const [version, trace, parent] = traceparentFor({
      traceId: '01a20ed5-79e3-8349-97d2-cd0000000000',
      hopId: '01a20ed5-79e3-8349-97d2-cd0123456789',
      inbound,
    }).split('-');
    expect([version, trace]).toEqual(['00', traceId]);
    expect(parent).not.toBe(parentId);
  });

  test('with its random flag', () => {
    const flags = traceparentFor({
      traceId: '01a20ed5-79e3-8349-97d2-cd0000000000',
      hopId: '01a20ed5-79e3-8349-97d2-cd0123456789',
      inbound: `00-${traceId}-${parentId}-02`,
    }).slice(-2);
    expect(Number.parseInt(flags, 16) & 2).toBe(2);
  });
});

describe('traceparent is begun anew', () => {
  test.each([
    ['two of them', joined(valid, `00-${traceId.replace(/.$/, '1')}-${parentId}-01`) ?? ''],
    ['version 00 and a dot', `${valid}.`],
    ['version 00 and more', `${valid}-what-the-future-will-be-like`],
    ['version cc and a dot', `cc-${traceId}-${parentId}-01.what-the-future-will-be-like`],
    ['version ff', `ff-${traceId}-${parentId}-01`],
    ['illegal version .0', `.0-${traceId}-${parentId}-01`],
    ['illegal version 0.', `0.-${traceId}-${parentId}-01`],
    ['version 000', `000-${traceId}-${parentId}-01`],
    ['version 0000', `0000-${traceId}-${parentId}-01`],
    ['version 0', `0-${traceId}-${parentId}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['an illegal trace id', `00-.${traceId.slice(1)}-${parentId}-01`],
    ['another illegal trace id', `00-${traceId.slice(0, -1)}.-${parentId}-01`],
    ['a trace id in capitals', `00-ABCDEF78901234567890123456789012-${parentId}-01`],
    ['a trace id too long', `00-${traceId}3-${parentId}-01`],
    ['a trace id too short', `00-${traceId.slice(1)}-${parentId}-01`],
    ['a parent id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['an illegal parent id', `00-${traceId}-.${parentId.slice(1)}-01`],
    ['another illegal parent id', `00-${traceId}-${parentId.slice(1)}.-01`],
    ['a parent id too long', `00-${traceId}-${parentId}7-01`],
    ['a parent id too short', `00-${traceId}-${parentId.slice(1)}-01`],
    ['illegal flags .0', `00-${traceId}-${parentId}-.0`],
    ['illegal flags 0.', `00-${traceId}-${parentId}-0.`],
    ['flags too long', `00-${traceId}-${parentId}-001`],
    ['flags too short', `00-${traceId}-${parentId}-1`],
  ])('%s', (_name, value) => {
    expect(parseTraceparent(value)).toBeNull();
  });
});

const everyKeyCharacter = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/';
const everyValueCharacter = Array.from({ length: 0x7f - 0x20 }, (_, index) =>
  String.fromCharCode(0x20 + index),
)
  .filter((character) => character !== ',' && character !== '=')
  .join('');

/** `bar01=01,bar02=02,…` */
function members(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(2, '0');
    return `bar${number}=${number}`;
  }).join(',');
}

describe('tracestate is handed on', () => {
  test.each([
    ['one list', ['foo=1,bar=2'], 'foo=1,bar=2'],
    ['an empty header after', ['foo=1', ''], 'foo=1'],
    ['an empty header before', ['', 'foo=1'], 'foo=1'],
    [
      'several headers',
      ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'],
      'foo=1,bar=2,rojo=1,congo=2,baz=3',
    ],
    ['a key twice', ['foo=1,foo=2'], 'foo=1,foo=2'],
    ['a key twice in two headers', ['foo=1', 'foo=2'], 'foo=1,foo=2'],
    [
      'every character',
      [`${everyKeyCharacter}=${everyValueCharacter}`],
      `${everyKeyCharacter}=${everyValueCharacter}`,
    ],
    [
      'every character with a vendor',
      [`${everyKeyCharacter}@a-z0-9_-*/=${everyValueCharacter}`],
      `${everyKeyCharacter}@a-z0-9_-*/=${everyValueCharacter}`,
    ],
    ['white space', ['foo=1 \t , \t bar=2, \t baz=3'], 'foo=1,bar=2,baz=3'],
    ['other white space', ['foo=1\t \t,\t \tbar=2,\t \tbaz=3'], 'foo=1,bar=2,baz=3'],
    ['white space around', ['\t foo=1 \t'], 'foo=1'],
    ['blanks before a value', ['foo=  1'], 'foo=  1'],
    ['an at sign at the end of a key', ['foo@=1,bar=2'], 'foo@=1,bar=2'],
    ['two at signs', ['foo@@bar=1,bar=2'], 'foo@@bar=1,bar=2'],
    ['at signs apart', ['foo@bar@baz=1,bar=2'], 'foo@bar@baz=1,bar=2'],
    ['32 members', [members(16), members(16)], `${members(16)},${members(16)}`],
    ['a key of 256', ['foo=1', `${'z'.repeat(256)}=1`], `foo=1,${'z'.repeat(256)}=1`],
    ['a value of 256', [`foo=${'z'.repeat(256)}`], `foo=${'z'.repeat(256)}`],
  ])('%s', (_name, values, expected) => {
    expect(tracestateToHandOn(joined(...values))).toBe(expected);
  });
});

describe('tracestate is dropped', () => {
  test.each([
    ['an empty one', ['']],
    ['blank members alone', [', ,\t,']],
    ['a blank in a key', ['foo =1']],
    ['a key in capitals', ['FOO=1']],
    ['a dot in a key', ['foo.bar=1']],
    ['an at sign before a key', ['@foo=1,bar=2']],
    ['33 members', [members(16), members(17)]],
    ['a key of 257', ['foo=1', `${'z'.repeat(257)}=1`]],
    ['a value of 257', [`foo=${'z'.repeat(257)}`]],
    ['an equals sign in a value', ['foo=bar=baz']],
    ['an empty value', ['foo=,bar=3']],
    ['no equals sign', ['foo']],
  ])('%s', (_name, values) => {
    expect(tracestateToHandOn(joined(...values))).toBeNull();
  });

  test('none at all', () => {
    expect(tracestateToHandOn(null)).toBeNull();
  });
});
