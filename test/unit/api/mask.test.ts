// What is masked of an answer, and what stays: marks that tell equal values from others, and nothing that cannot be
// worked back.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskJson } from '../../../src/api/access/mask.ts';

const key = btoa('k'.repeat(32));
const emails = { emails: true, columns: [] };
const columns = (...names: string[]) => ({ emails: false, columns: names });
const digits = '[0-9a-f]{8}';

describe('an e-mail address', () => {
  test.each([
    ['dana@acme.io', `^d\\*\\*\\*${digits}@acme\\.io$`],
    ['by dana.smith+x@acme.io, twice', `^by d\\*\\*\\*${digits}@acme\\.io, twice$`],
    ['https://x.example/?to=dana%40acme.io&n=1', `\\?to=d\\*\\*\\*${digits}%40acme\\.io&n=1$`],
    ['{"email":"o\'brien@acme.io"}', `^\\{"email":"o\\*\\*\\*${digits}@acme\\.io"\\}$`],
    ['ärger@äcme.de', `^ä\\*\\*\\*${digits}@äcme\\.de$`],
  ])('in %s keeps its shape', (text, form) => {
    expect(maskJson(text, emails, key)).toMatch(new RegExp(form, 'u'));
  });

  test('has one mark, in any case and spelling, and another has another', () => {
    const texts = ['dana@acme.io', 'DANA@acme.io', 'dave@acme.io', 'dana%40acme.io'];
    const [one, upper, other, url] = maskJson(texts, emails, key) as string[];
    expect(upper?.toLowerCase()).toBe(one);
    expect(url?.replace('%40', '@')).toBe(one);
    expect(other).not.toBe(one);
    expect(maskJson(texts, emails, btoa('other'))).not.toContain(one);
  });

  test('is masked without a key too, only not told from others', () => {
    expect(maskJson(['dana@acme.io', 'dave@acme.io'], emails, null)).toEqual([
      'd***@acme.io',
      'd***@acme.io',
    ]);
  });

  test('is nowhere in what is left, wherever it stood', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.stringMatching(/^[a-z]{2,10}$/), (json, name) => {
        const secret = `${name}secret@acme.io`;
        const value = { deep: [json, { actor: { value: secret } }], text: `x ${secret} y` };
        expect(JSON.stringify(maskJson(value, emails, key))).not.toContain(secret);
      }),
    );
  });
});

describe('a column', () => {
  const event = {
    table: { schema: 'public', name: 'customers' },
    actor: { value: 'dana@acme.io' },
    changes: [
      { column: 'phone', old: null, new: '+49 30 1' },
      { column: 'name', old: 'A', new: 'B' },
    ],
  };

  test.each(['phone', 'customers.phone', 'public.customers.phone'])(
    'by %s is masked in changes, and null stays null',
    (name) => {
      const masked = maskJson(event, columns(name), key);
      expect(masked).toMatchObject({
        actor: { value: 'dana@acme.io' },
        changes: [
          { column: 'phone', old: null, new: expect.stringMatching(`^masked:${digits}$`) },
          { column: 'name', old: 'A', new: 'B' },
        ],
      });
    },
  );

  test.each(['orders.phone', 'audit.customers.phone', 'hone'])('by %s is another', (name) => {
    expect(maskJson(event, columns(name), key)).toEqual(event);
  });

  test('is masked in rows and in a row’s history, equal values alike', () => {
    const page = {
      row: { source: 'shop', schema: 'public', table: 'customers', key: '1' },
      changes: [{ changes: [{ column: 'phone', old: '1', new: 2 }] }],
      newRow: { phone: '1', name: 'A' },
    };
    const masked = maskJson(page, columns('customers.phone'), key) as typeof page;
    const [change] = masked.changes[0]?.changes ?? [];
    expect(masked.newRow).toEqual({ phone: change?.old, name: 'A' });
    expect(change?.new).not.toBe(change?.old);
  });

  test('is masked in what an event’s sender sent, by the table that stands beside the rows', () => {
    const view = {
      state: 'kept',
      removedAt: null,
      payload: {
        id: 'e',
        table: { schema: 'public', name: 'orders' },
        event: { op: 'UPDATE', data: { old: { card: 1, id: 7 }, new: { card: 2, id: 7 } } },
      },
    };
    const text = JSON.stringify(maskJson(view, columns('orders.card'), key));
    expect(text.match(new RegExp(`"card":"masked:${digits}"`, 'g'))).toHaveLength(2);
    expect(text.match(/"id":7/g)).toHaveLength(2);
    expect(maskJson(view, columns('invoices.card'), key)).toEqual(view);
  });

  test('is masked rather too much where nobody says of which table', () => {
    const masked = maskJson({ old: { phone: '1' } }, columns('customers.phone'), key);
    expect(masked).toEqual({ old: { phone: expect.stringMatching(/^masked:/) } });
  });
});

test('what is not masked stays as it is, also members with odd names', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(JSON.stringify(maskJson(json, columns('no_such_column'), key))).toBe(
        JSON.stringify(json),
      );
    }),
  );
  const odd: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":"x"}');
  expect(JSON.stringify(maskJson(odd, emails, key))).toBe(JSON.stringify(odd));
});

test('what is nested beyond reason ends in a mark', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(5_000)}"dana@acme.io"${']'.repeat(5_000)}`);
  expect(JSON.stringify(maskJson(deep, emails, key))).not.toContain('dana');
});

test('a long text without an end costs no more than its length', () => {
  const text = `${'a'.repeat(300_000)}@`;
  expect(maskJson(text, emails, key)).toBe(text);
});

test('what it is given stays as it was', () => {
  const given = { deep: [{ actor: { value: 'dana@acme.io' } }], row: { old: { phone: '1' } } };
  const before = structuredClone(given);
  expect(maskJson(given, { emails: true, columns: ['phone'] }, key)).not.toEqual(before);
  expect(given).toEqual(before);
});
