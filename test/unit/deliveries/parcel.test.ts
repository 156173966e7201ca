import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyText } from '../../../src/deliveries/body-text.ts';
import { packPending, unpackParcel } from '../../../src/deliveries/parcel.ts';
import { delaySecondsUntil, longestDelaySeconds } from '../../../src/deliveries/send-parcel.ts';
import { samplePending } from './samples.ts';

/** developers.cloudflare.com/queues/platform/limits, less what the runtime adds. */
const queueMessageBytes = 128_000 - 100;

describe('a parcel', () => {
  it('comes back as it was packed, or does not fit a queue message', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 150_000, size: 'max' }),
        fc.array(fc.tuple(fc.string(), fc.string({ unit: 'grapheme' })), { maxLength: 20 }),
        fc.nat(),
        (body, headers, dueAtMs) => {
          const pending = samplePending({ headers, body: bodyText(body) });
          const text = packPending(pending, dueAtMs);
          const size = new TextEncoder().encode(text ?? JSON.stringify(pending)).length;
          expect(size < queueMessageBytes || text === null).toBe(true);
          expect(size > 100_000 || text !== null).toBe(true);
          const back = text === null ? { dueAtMs, pending } : unpackParcel(text);
          expect(back).toMatchObject({ dueAtMs, pending });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is not made of anything else, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        expect(unpackParcel(body)).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.json(), (body) => {
        expect(unpackParcel(body)).toBeNull();
      }),
    );
  });
});

it('a queue is asked for whole seconds within its limit, never less than is left', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (leftMs) => {
      const seconds = delaySecondsUntil(1e12 + leftMs, 1e12);
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(
        Math.min(Math.max(leftMs / 1_000, 0), longestDelaySeconds),
      );
      expect(seconds).toBeLessThanOrEqual(longestDelaySeconds);
    }),
  );
});
