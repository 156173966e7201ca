import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bodyBytes, bodyText } from '../../../src/deliveries/body-text.ts';

it('a body comes back byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200_000, size: 'max' }), (bytes) => {
      expect(bodyBytes(bodyText(bytes))).toEqual(bytes);
    }),
    { numRuns: 20 },
  );
});
