import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logqlFor, quoteLogql } from '../../../src/logs/logql.ts';

/** Reads a Go interpreted string literal (go.dev/ref/spec#String_literals), as Loki's lexer does. */
function readGoString(literal: string): { value: string; rest: string } {
  if (!literal.startsWith('"')) throw new Error('no opening quote');
  let value = '';
  for (let at = 1; at < literal.length; at += 1) {
    const char = literal[at] ?? '';
    if (char === '"') return { value, rest: literal.slice(at + 1) };
    if (char === '\n' || char === '\0') throw new Error('not allowed in a literal');
    if (char !== '\\') {
      value += char;
      continue;
    }
    at += 1;
    const escape = literal[at] ?? '';
    const plain = new Map([
      ['n', '\n'],
      ['"', '"'],
      ['\\', '\\'],
    ]).get(escape);
    if (plain !== undefined) {
      value += plain;
    } else if (escape === 'u') {
      value += String.fromCodePoint(Number.parseInt(literal.slice(at + 1, at + 5), 16));
      at += 4;
    } else {
      throw new Error(`unknown escape \\${escape}`);
    }
  }
  throw new Error('literal not terminated');
}

describe('quoteLogql', () => {
  it('writes a literal that Loki reads back as the very text, whatever the text holds', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom('"', '\\', '\n', '\r', '\0', '`', '}', '|', 'a', '\u2028'),
      }),
    );
    fc.assert(
      fc.property(text, (value) => {
        expect(readGoString(quoteLogql(value))).toEqual({ value, rest: '' });
      }),
    );
  });

  it('replaces half a surrogate pair, which no URL can carry', () => {
    expect(quoteLogql('a\ud800b')).toBe('"a\uFFFDb"');
  });
});

describe('logqlFor', () => {
  it('asks for the lines of any of several IDs', () => {
    expect(logqlFor('{app="x"}', ['a.b.1', 'a.c."2'])).toBe(
      String.raw`{app="x"} | correlation_id="a.b.1" or correlation_id="a.c.\"2"`,
    );
  });
});
