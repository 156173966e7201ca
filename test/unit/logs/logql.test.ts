import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLogql } from '../../../demo/log-server/logql.ts';
import { runQuery } from '../../../demo/log-server/run-query.ts';
import { quoteInsights } from '../../../src/logs/grafana-cloudwatch.ts';
import { quoteLucene } from '../../../src/logs/grafana-elasticsearch.ts';
import type { IdPlace } from '../../../src/logs/log-source.ts';
import { escapeRe2, logqlFor, quoteLogql } from '../../../src/logs/logql.ts';

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

const nasty = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\r', '\0', '`', '}', '{', '|', '.', '*', 'a', '\u2028'),
  }),
);

describe('quoteLogql', () => {
  it('writes a literal that Loki reads back as the very text, whatever the text holds', () => {
    fc.assert(
      fc.property(nasty, (value) => {
        expect(readGoString(quoteLogql(value))).toEqual({ value, rest: '' });
      }),
    );
  });

  it('replaces half a surrogate pair, which no URL can carry', () => {
    expect(quoteLogql('a\ud800b')).toBe('"a\uFFFDb"');
  });
});

describe('escapeRe2', () => {
  it('makes an expression that the text itself satisfies and nothing else', () => {
    fc.assert(
      fc.property(nasty, nasty, (value, other) => {
        const expression = new RegExp(`^(?:${escapeRe2(value)})$`, 's');
        expect(expression.test(value)).toBe(true);
        expect(expression.test(other)).toBe(value === other);
      }),
    );
  });
});

describe('quoting for other sources', () => {
  it.each([
    ['Lucene', quoteLucene, (text: string) => text.toWellFormed()],
    // Control characters become spaces there.
    [
      'Logs Insights',
      quoteInsights,
      (text: string) => text.toWellFormed().replaceAll(/\p{Cc}/gu, ' '),
    ],
  ])('lets no text out of its quotes in %s', (_name, quote, meant) => {
    fc.assert(
      fc.property(nasty, (value) => {
        const literal = quote(value);
        const whole = /^"((?:[^"\\]|\\.)*)"$/s.exec(literal);
        expect(whole?.[1]?.replaceAll(/\\(.)/gs, '$1')).toBe(meant(value));
      }),
    );
  });
});

/** The stand-in's own parser, which shares nothing with what writes the query, runs it over two entries. */
const found = (query: string, id: string, where: IdPlace['in']): string[] => {
  const entry = (each: string, line: string) => ({
    at: 1n,
    line: where === 'json' ? JSON.stringify({ id: each }) : `${line} ${each}`,
    stream: { app: 'x', ...(where === 'label' ? { id: each } : {}) },
    metadata: where === 'structured_metadata' ? { id: each } : {},
  });
  const entries = [entry(id, 'wanted'), entry('another.job.3', 'other')];
  return [...runQuery(parseLogql(query), entries)].map(({ line }) => line);
};

describe('logqlFor', () => {
  const ids = ['a.b.1', 'a.c."2'];
  it.each<[IdPlace['in'], string, string]>([
    [
      'structured_metadata',
      '{app="x"} | id="a.b.1"',
      String.raw`{app="x"} | id=~"a\\.b\\.1|a\\.c\\.\"2"`,
    ],
    ['label', '{app="x", id="a.b.1"}', String.raw`{app="x", id=~"a\\.b\\.1|a\\.c\\.\"2"}`],
    [
      'json',
      '{app="x"} |= "a.b.1" | json throughline_id="id" | throughline_id="a.b.1"',
      String.raw`{app="x"} |~ "a\\.b\\.1|a\\.c\\.\\\\\"2" | json throughline_id="id" | throughline_id=~"a\\.b\\.1|a\\.c\\.\"2"`,
    ],
    ['line', '{app="x"} |= "a.b.1"', String.raw`{app="x"} |~ "a\\.b\\.1|a\\.c\\.\"2"`],
  ])('asks for IDs as %s', (where, one, several) => {
    expect(logqlFor('{app="x"}', ids.slice(0, 1), { in: where, name: 'id' })).toBe(one);
    expect(logqlFor('{app="x"}', ids, { in: where, name: 'id' })).toBe(several);
  });

  it.each<IdPlace['in']>(['structured_metadata', 'label', 'json', 'line'])(
    'finds the lines of an ID as %s and no others, whatever the ID holds',
    (where) => {
      const anId = nasty.map((text) => `job.${text}.1`).filter((text) => text.isWellFormed());
      fc.assert(
        fc.property(anId, fc.array(anId, { maxLength: 3 }), (id, others) => {
          const query = logqlFor('{app="x"}', [id, ...others], { in: where, name: 'id' });
          expect(found(query, id, where)).toHaveLength(1);
        }),
        { numRuns: 200 },
      );
    },
  );
});
