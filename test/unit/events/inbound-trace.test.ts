// Which trace a sender's headers name. The B3 examples are those of github.com/openzipkin/b3-propagation.
import { describe, expect, test } from 'vitest';
import { inboundTraceparent } from '../../../src/events/inbound-trace.ts';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const b3 = '80f198ee56343ba864fe8b2a57d3eff7';
const span = 'e457b5a2e4d86bd1';

describe('the trace of a sender', () => {
  test.each<[string, Record<string, string>, string | null]>([
    ['nothing', {}, null],
    ['traceparent', { traceparent }, traceparent],
    ['traceparent before B3', { traceparent, b3: `${b3}-${span}-1` }, traceparent],
    ['an invalid traceparent, B3 beside it', { traceparent: 'x', b3: `${b3}-${span}-1` }, null],
    ['b3', { b3: `${b3}-${span}-1-05e3ac9a4f6e3b90` }, `00-${b3}-${span}-01`],
    ['b3, not sampled', { b3: `${b3}-${span}-0` }, `00-${b3}-${span}-00`],
    ['b3, debug', { b3: `${b3}-${span}-d` }, `00-${b3}-${span}-01`],
    ['b3, no decision', { b3: `${b3}-${span}` }, `00-${b3}-${span}-01`],
    ['b3 that only denies', { b3: '0' }, null],
    [
      'X-B3-*',
      { 'X-B3-TraceId': b3, 'X-B3-SpanId': span, 'X-B3-Sampled': '1' },
      `00-${b3}-${span}-01`,
    ],
    [
      'X-B3-* with an id of 64 bits, as Hasura 2.0 sends',
      { 'X-B3-TraceId': '463ac35c9f6413ad', 'X-B3-SpanId': 'A2FB4A1D1A96D312' },
      '00-0000000000000000463ac35c9f6413ad-a2fb4a1d1a96d312-01',
    ],
    [
      'X-B3-*, not sampled in the old form',
      { 'X-B3-TraceId': b3, 'X-B3-SpanId': span, 'X-B3-Sampled': 'false' },
      `00-${b3}-${span}-00`,
    ],
    [
      'X-B3-Flags',
      { 'X-B3-TraceId': b3, 'X-B3-SpanId': span, 'X-B3-Sampled': '0', 'X-B3-Flags': '1' },
      `00-${b3}-${span}-01`,
    ],
    ['X-B3-* without a span', { 'X-B3-TraceId': b3 }, null],
    ['X-B3-* that is no hex', { 'X-B3-TraceId': 'z'.repeat(32), 'X-B3-SpanId': span }, null],
    ['X-B3-* of zeros', { 'X-B3-TraceId': '0'.repeat(32), 'X-B3-SpanId': span }, null],
    [
      'Hasura 1.3',
      { 'X-Hasura-TraceId': '18446744073709551615', 'X-Hasura-SpanId': '255' },
      '00-0000000000000000ffffffffffffffff-00000000000000ff-01',
    ],
    [
      'Hasura 1.3 with more than 64 bits',
      { 'X-Hasura-TraceId': '18446744073709551616', 'X-Hasura-SpanId': '255' },
      null,
    ],
    ['Hasura 1.3 with words', { 'X-Hasura-TraceId': 'abc', 'X-Hasura-SpanId': '1' }, null],
  ])('%s', (_name, headers, expected) => {
    expect(inboundTraceparent(new Headers(headers))).toBe(expected);
  });
});
