// Which events a stop holds, and which configuration stops loops.
import { describe, expect, test } from 'vitest';
import {
  builtInLoopLimits,
  configurationSchema,
  snapshotSchema,
} from '../../../src/config/configuration.ts';
import { mayGoOn, type Stop, stopFor, stopsOf } from '../../../src/config/stops.ts';

const stop: Stop = {
  id: '019abcde-1234-8567-89ab-cdef00000001',
  source: 'shop',
  trigger: 'ping',
  traceId: '019abcde-1234-8567-89ab-cdef00000000',
  since: '2026-11-25T10:00:00.000Z',
};

const read = (loops: object) => configurationSchema.safeParse({ format: 1, loops });

describe('a stop holds', () => {
  const stops = stopsOf([stop]);
  test('its trigger in its trace and source', () => {
    expect(stopFor(stops, { ...stop })).toEqual(stop);
  });
  test.each([
    { trigger: 'pong' },
    { trigger: null },
    { source: 'stock' },
    { traceId: '019abcde-1234-8567-89ab-cdef00000009' },
  ])('nothing else: %o', (other) => {
    expect(stopFor(stops, { ...stop, ...other })).toBeNull();
  });
});

test('a released loop has as many rounds again', () => {
  expect([41, 42].map((times) => mayGoOn(21, { times, stopAfter: 20 }))).toEqual([true, false]);
});

test('nothing is stopped by itself unless somebody says so', () => {
  expect(builtInLoopLimits).toEqual({ flagAfter: 10, stopAfter: null });
  expect(read({ stopAfter: 20 }).data?.loops).toEqual({ flagAfter: 10, stopAfter: 20 });
  expect(read({ flagAfter: 30, stopAfter: 20 }).success).toBe(false);
});

test('a document that says nothing of loops, and a snapshot without stops, read as an older Worker wrote them', () => {
  expect(configurationSchema.parse({ format: 1 })).not.toHaveProperty('loops');
  const snapshot = { v: 1, version: 1, publishedAt: stop.since, configuration: { format: 1 } };
  expect(snapshotSchema.parse(snapshot)).not.toHaveProperty('stops');
  expect(snapshotSchema.parse({ ...snapshot, stops: [stop] }).stops).toEqual([stop]);
});
