// Whatever is packed comes back as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, PackedMembers } from '../../../src/columns/pack.ts';
import { unpack } from '../../../src/columns/unpack.ts';

/** As it goes over the wire. */
const sent = (value: unknown): unknown => unpack(JSON.parse(JSON.stringify(pack(value))));
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Rows with the members that answers have, and some that nobody expects. */
const row = fc.record(
  {
    id: fc.oneof(fc.uuid(), fc.constantFrom('a', 'b', '')),
    at: fc.oneof(
      fc
        .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
        .map((date) => `${date.toISOString().slice(0, -1)}123Z`),
      fc.constantFrom('2026-02-30T00:00:00.000000Z', '2026-11-24T24:00:00.000000Z', null),
    ),
    took: fc.option(fc.double({ noDefaultInfinity: true, noNaN: true })),
    cause: fc.option(
      fc.record({ evidence: fc.constantFrom('certain', 'weak'), rule: fc.string() }),
    ),
    attempts: fc.array(
      fc.record({ outcome: fc.constantFrom('delivered', 'failed'), error: fc.option(fc.string()) }),
    ),
    isTest: fc.constant(true),
    odd: fc.jsonValue(),
  },
  { requiredKeys: ['id'] },
);

describe('columns', () => {
  it('give any JSON back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(sent(value)).toEqual(asJson(value));
      }),
    );
  });

  it('give rows back, with members that some lack', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        expect(sent({ rows })).toEqual(asJson({ rows }));
      }),
    );
  });

  it('give an object back that was packed member by member', () => {
    const members = fc.dictionary(fc.string(), fc.array(row, { maxLength: 10 }));
    fc.assert(
      fc.property(members, (object) => {
        const packed = new PackedMembers();
        for (const [name, value] of Object.entries(object)) packed.add(name, value);
        expect(packed.all()).toEqual(pack(object));
      }),
    );
  });

  it('keep members of any name', () => {
    const rows: unknown = JSON.parse('[{"__proto__":{"a":1},"constructor":2},{"__proto__":3}]');
    const back = sent(rows);
    expect(JSON.stringify(back)).toBe(JSON.stringify(rows));
  });

  it('leave out what JSON leaves out', () => {
    expect(sent([{ a: 1, b: undefined }, { a: 2 }])).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('write a text that occurs again once', () => {
    const rows = Array.from({ length: 50 }, (_, index) => ({
      job: index % 2 ? 'send' : 'charge',
      id: `id-${index}`,
    }));
    const text = JSON.stringify(pack(rows));
    expect(text.split('charge')).toHaveLength(2);
    expect(text.length).toBeLessThan(JSON.stringify(rows).length / 2);
  });

  it('says so where a text is missing', () => {
    expect(() => unpack({ texts: [], value: { r: { n: 2, c: [['a', { x: [0, 1] }]] } } })).toThrow(
      'There is no text 0.',
    );
  });
});
