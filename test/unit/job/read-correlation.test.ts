// What a request says of its cause, whoever brought it, and what becomes of a text that is no ID.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCorrelation } from '../../../job/src/index.ts';

const id = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';
const otherId = 'order_placed.charge-card.01a20ed5-79e3-8349-97d2-cdabcdef0123';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

// As the vendors document their events: docs.aws.amazon.com "Working with AWS Lambda proxy integrations",
// "Function URL payloads", docs.netlify.com "Functions API".
const requests: Record<string, unknown> = {
  'a Fetch Request': new Request('https://job.example', { headers: { 'X-Correlation-Id': id } }),
  'Headers alone': new Headers({ 'x-correlation-id': id }),
  'an IncomingMessage': {
    method: 'POST',
    headers: { host: 'job.example', 'x-correlation-id': id },
  },
  'API Gateway v1': {
    resource: '/',
    httpMethod: 'POST',
    headers: { 'X-Correlation-Id': id },
    multiValueHeaders: { 'X-Correlation-Id': [id] },
    body: '{}',
  },
  'a load balancer with several values a header': {
    httpMethod: 'POST',
    multiValueHeaders: { 'x-correlation-id': [id] },
  },
  'API Gateway v2 and a Function URL': {
    version: '2.0',
    rawPath: '/',
    headers: { 'x-correlation-id': id },
    requestContext: { http: { method: 'POST' } },
  },
  'a Netlify v1 event': { httpMethod: 'POST', headers: { 'x-correlation-id': id }, body: '{}' },
  'an ID that came twice, the same': { headers: { 'x-correlation-id': `${id}, ${id}` } },
  'an ID in other letters': { headers: { 'x-correlation-id': id.toUpperCase() } },
};

describe('readCorrelation', () => {
  it.each(Object.keys(requests))('finds the ID of %s', (name) => {
    expect(readCorrelation(requests[name])).toMatchObject({ id, problem: null });
  });

  it.each([
    ['no header', { headers: {} }],
    [
      'headers of null, as API Gateway’s test console sends',
      { headers: null, multiValueHeaders: null },
    ],
    ['headers that are no texts', { headers: { 'x-correlation-id': 7, baggage: {} } }],
    ['an empty ID', { headers: { 'x-correlation-id': ' ' } }],
  ])('has no ID and no problem for a request with %s', (_name, request) => {
    expect(readCorrelation(request)).toEqual({
      id: null,
      problem: null,
      traceContext: {},
      hops: null,
    });
  });

  it.each([null, undefined, 'text', 42, {}, new Map(), { Records: [] }, { cron: '* * * * *' }])(
    'is null for what is no request: %j',
    (value) => {
      expect(readCorrelation(value)).toBeNull();
    },
  );

  it.each([
    ['300 characters', 'x'.repeat(300)],
    ['an e-mail', 'jane@example.com'],
    ['a bare uuid', '01a20ed5-79e3-8349-97d2-cd0123456789'],
    ['a line end', 'a\nb'],
    ['SQL', `'; drop table orders; --`],
    ['two IDs', `${id}, ${otherId}`],
    ['a megabyte', `${'a.'.repeat(500_000)}01a20ed5-79e3-8349-97d2-cd0123456789`],
  ])('takes none, and says so in one line, for %s', (_name, text) => {
    const found = readCorrelation({ headers: { 'x-correlation-id': text } });
    expect(found?.id).toBeNull();
    expect(found?.problem).toMatch(/^x-correlation-id [\x20-\x7e]{1,300}$/);
  });

  it('never lets through an ID that holds more than names, dots and a uuid, whatever comes', () => {
    const nearlyId = fc
      .tuple(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'binary' }))
      .map(([trigger, job]) => `${trigger}.${job}.01a20ed5-79e3-8349-97d2-cd0123456789`);
    fc.assert(
      fc.property(fc.oneof(nearlyId, fc.string({ unit: 'binary', maxLength: 400 })), (text) => {
        const found = readCorrelation({ headers: { 'x-correlation-id': text } });
        expect(found?.id ?? 'a.01a20ed5-79e3-8349-97d2-cd0123456789').toMatch(
          /^([a-z0-9_-]{1,64}\.){1,2}[0-9a-f-]{36}$/,
        );
        expect(found?.problem ?? ' ').toMatch(/^[\x20-\x7e]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('continues a valid trace, its state with it', () => {
    const headers = {
      traceparent,
      tracestate: 'vendor=1',
      baggage: 'tenant=7',
      'x-correlation-id': id,
    };
    expect(readCorrelation({ headers })?.traceContext).toEqual({
      traceparent,
      tracestate: 'vendor=1',
      baggage: 'tenant=7',
    });
  });

  it('makes the trace of the ID where none came, and hands on no state of another', () => {
    const headers = { traceparent: 'nonsense', tracestate: 'vendor=1', 'x-correlation-id': id };
    expect(readCorrelation({ headers })?.traceContext).toEqual({
      traceparent: '00-01a20ed579e3834997d2cd0000000000-97d2cd0123456789-01',
    });
  });

  it.each([
    ['2', 2],
    ['2, 7, 3', 7],
    ['none', null],
    ['', null],
    ['-4', 4],
    ['9'.repeat(400), 999_999_999],
  ])('hands on the count of edges that "%s" says', (text, hops) => {
    expect(readCorrelation({ headers: { 'x-throughline-hops': text } })?.hops).toBe(hops);
  });

  it.each([`a=${'b'.repeat(8191)}`, 'a=b\r\nx-evil: 1', ''])(
    'drops baggage that no header can carry',
    (baggage) => {
      expect(readCorrelation({ headers: { baggage } })?.traceContext).toEqual({});
    },
  );
});
