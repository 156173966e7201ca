// When the configuration is published: whatever KV does, the newest version ends up there, and stays fresh.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  nextPublicationMs,
  pauseBeforeMs,
  refused,
  taken,
  unpublished,
} from '../../../durable-objects/publication.ts';

const dayMs = 86_400_000;

test('KV is never written to twice within a second', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.boolean(), (laterMs, isTaken) => {
      const at = 1_000_000;
      const before = isTaken ? taken(unpublished, 1, at) : refused(unpublished, 'no', at);
      const now = at + laterMs;
      expect(now + pauseBeforeMs(before, now) - at).toBeGreaterThan(1_000);
      expect(nextPublicationMs(before) - at).toBeGreaterThan(1_000);
    }),
  );
});

test('a clock that was ahead does not hold a publication up', () => {
  const ahead = taken(unpublished, 1, dayMs);
  expect(pauseBeforeMs(ahead, 0)).toBeLessThan(2_000);
});

test('what was taken is written once more, since a write that was given up can still arrive', () => {
  let publication = taken(unpublished, 1, 0);
  expect(nextPublicationMs(publication)).toBe(60_000);
  publication = taken(publication, 1, 60_000);
  expect(nextPublicationMs(publication) - 60_000).toBeLessThan(dayMs / 2);
  // A refresh that was not heard of is such a write, too.
  publication = taken(refused(publication, 'silence', 100_000), 1, 110_000);
  expect(nextPublicationMs(publication)).toBe(170_000);
});

test('a refusal is tried again within a minute, however many came before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (refusals) => {
      let publication = taken(unpublished, 3, 0);
      for (let n = 0; n < refusals; n += 1) publication = refused(publication, 'no', 1_000);
      expect(nextPublicationMs(publication)).toBeLessThanOrEqual(61_000);
      expect(publication.version).toBe(3);
    }),
  );
});
