// What goes on of a message's headers, in both directions.
import { describe, expect, test } from 'vitest';
import { fitForSender, headersForDestination } from '../../../src/proxy/forwarded-headers.ts';
import { HeaderFields } from '../../../src/proxy/header-fields.ts';

function fields(list: [string, string][]): HeaderFields {
  return new HeaderFields(new Headers(list));
}

describe('header fields', () => {
  test('are counted as they stand on the wire', () => {
    expect(fields([['a', 'bc']]).bytes).toBe('a: bc\r\n'.length);
  });

  test('are found whatever the case of the name, and joined where one comes twice', () => {
    const found = fields([
      ['X-Mine', 'one'],
      ['x-mine', 'two'],
    ]);
    expect(found.get('X-MINE')).toBe('one, two');
    expect(found.get('x-yours')).toBeNull();
  });
});

describe('a destination gets', () => {
  test('no field of the connection, none that `Connection` names, no key and nothing of Cloudflare’s', () => {
    const inbound = fields([
      ['connection', 'close, X-Mine'],
      ['x-mine', 'no'],
      ['te', 'trailers'],
      ['host', 'edge.example'],
      ['content-length', '2'],
      ['x-throughline-key', 'secret'],
      ['cf-ray', 'no'],
      ['x-yours', 'yes'],
    ]);
    expect({ ...headersForDestination(inbound, { added: 'too' }) }).toEqual({
      'x-yours': 'yes',
      'x-throughline-hops': '1',
      added: 'too',
    });
  });

  test('a field whose name is special to JavaScript', () => {
    const headers = headersForDestination(fields([['__proto__', 'yes']]), {});
    expect(Object.entries(headers)).toContainEqual(['__proto__', 'yes']);
  });

  test.each([
    ['of a valid traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'a=1'],
    ['not of an invalid one', '00-4bf9', undefined],
  ])('the tracestate %s', (_case, traceparent, expected) => {
    const inbound = fields([
      ['traceparent', traceparent],
      ['tracestate', 'a=1'],
    ]);
    expect(headersForDestination(inbound, {})['tracestate']).toBe(expected);
  });
});

describe('a sender gets', () => {
  const options = { correlationId: 'order_paid.job.1', keepRetryAfter: true };

  test('every cookie, and no field of the connection, however `Connection` is written', () => {
    const headers = new Headers([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['connection', 'X-Mine, , not a name'],
      ['x-mine', 'no'],
      ['keep-alive', 'timeout=5'],
    ]);
    fitForSender(headers, options);
    expect([...headers]).toEqual([
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['x-correlation-id', options.correlationId],
    ]);
  });

  test('the job’s own correlation ID, and no Retry-After when it has no retries left', () => {
    const headers = new Headers({ 'x-correlation-id': 'own', 'retry-after': '5' });
    fitForSender(headers, { ...options, keepRetryAfter: false });
    expect([...headers]).toEqual([['x-correlation-id', 'own']]);
  });
});
