import { describe, expect, it } from 'vitest';
import { formatHopId, formatSystemId } from '../../../src/correlation/correlation-id.ts';
import { namedBy } from '../../../src/correlation/named-by.ts';
import { assembleTraceId, hopUuid } from '../../../src/correlation/trace-uuid.ts';

const traceId = assembleTraceId(
  Date.parse('2026-11-25T12:00:00Z'),
  new Uint8Array([1, 2, 3, 4, 5]),
);
const facts = { op: 'UPDATE' as const, actor: null, previousActor: null, sessionUser: null };
const hop = formatHopId('order_paid', 'charge-card', hopUuid(traceId, '00000000a1'));

describe('who a write names', () => {
  it.each([
    ['a person', { actor: 'jane@example.com' }, 'user'],
    ['a person in the session', { actor: 'system', sessionUser: 'jane@example.com' }, 'user'],
    ['a delivery', { actor: hop }, 'hop'],
    ['a declared system action', { actor: formatSystemId('nightly', traceId) }, 'declared'],
    [
      'an ID minted elsewhere',
      { actor: 'nightly.0b1c1a52-3c63-4f0e-8c0d-6f9d3a0e8a11' },
      'declared',
    ],
    [
      'what the database minted',
      { actor: formatSystemId('shop', hopUuid(traceId, 'ffffffffff')) },
      'unattributed',
    ],
    ['what merely stood there', { actor: hop, previousActor: hop }, 'carried'],
    ['a bare id', { actor: '4711' }, 'legacy'],
    ['nobody', { actor: 'SYSTEM' }, 'unknown'],
  ])('is told: %s', (_what, given, expected) => {
    expect(namedBy({ ...facts, ...given })).toBe(expected);
  });

  it.each(['MANUAL', null] as const)('is nobody where nothing was written: %s', (op) => {
    expect(namedBy({ ...facts, op, actor: 'jane@example.com' })).toBeNull();
  });
});
