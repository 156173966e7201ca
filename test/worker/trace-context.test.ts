// What a destination learns of the trace that the sender is in, and what is recorded of scheduled events.
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import w3cSuite from '../contracts/trace-context/w3c-suite.json' with { type: 'json' };
import scheduledEvents from '../contracts/hasura/scheduled-events.json' with { type: 'json' };
import { edgeUrl, event, send } from './edge.ts';

type Received = { headers: Record<string, string> };

const traceId = '12345678901234567890123456789012';
const traceparent = `00-${traceId}-1234567890123456-01`;

type Fields = readonly (readonly [name: string, value: string])[];

async function headersAt(name: string, fields: Fields): Promise<Record<string, string>> {
  const path = `/trace?${encodeURIComponent(name)}`;
  const request = event(edgeUrl(path), '{}');
  for (const [field, value] of fields) request.headers.append(field, value);
  await send(request);
  return firstHeadersAt(path);
}

async function firstHeadersAt(path: string): Promise<Record<string, string>> {
  const answer = await fetch(
    `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`,
  );
  const [got]: Received[] = await answer.json();
  return got?.headers ?? {};
}

describe('a destination gets', () => {
  test('the sender’s trace with a parent of its own, tracestate and baggage', async () => {
    const got = await headersAt('continued', [
      ['traceparent', traceparent],
      ['tracestate', 'foo=1 , bar=2'],
      ['baggage', 'user=jane;ttl=1,tenant=a%20b'],
    ]);
    expect(got['traceparent']?.split('-')[1]).toBe(traceId);
    expect(got['traceparent']?.split('-')[2]).not.toBe('1234567890123456');
    expect(got['tracestate']).toBe('foo=1,bar=2');
    expect(got['baggage']).toBe('user=jane;ttl=1,tenant=a%20b');
  });

  test('several tracestate headers as one list', async () => {
    const got = await headersAt('joined', [
      ['traceparent', traceparent],
      ['tracestate', 'foo=1'],
      ['tracestate', 'bar=2'],
    ]);
    expect(got['tracestate']).toBe('foo=1,bar=2');
  });

  test.each<[string, string[]]>([
    ['an invalid traceparent', [`00-${traceId}-0000000000000000-01`]],
    ['two of them', [traceparent, traceparent]],
    ['none', []],
  ])('a new trace and no tracestate, but baggage, where the sender has %s', async (name, sent) => {
    const got = await headersAt(name, [
      ...sent.map((value) => ['traceparent', value] as const),
      ['tracestate', 'foo=1'],
      ['baggage', 'user=jane'],
    ]);
    expect(got['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(got['traceparent']).not.toContain(traceId);
    expect(got['tracestate']).toBeUndefined();
    expect(got['baggage']).toBe('user=jane');
  });

  test('the trace that Hasura names in B3 headers', async () => {
    const got = await headersAt('b3', [
      ['X-B3-TraceId', '463ac35c9f6413ad'],
      ['X-B3-SpanId', 'a2fb4a1d1a96d312'],
    ]);
    expect(got['traceparent']?.split('-')[1]).toBe('0000000000000000463ac35c9f6413ad');
  });
});

describe('the W3C validation suite passes', () => {
  test.each(w3cSuite.cases.map((given, index) => ({ ...given, index })))(
    '$test ($index)',
    async ({ index, headers, requests, isContinued, flags, tracestate }) => {
      const paths = Array.from({ length: requests }, (_, request) => `/w3c/${index}/${request}`);
      const algorithm = requests > 1 ? 'broadcast' : 'pass-through';
      const request = event(`${edgeUrl(...paths)}&algorithm=${algorithm}`, '[]');
      for (const [name = '', value = ''] of headers) request.headers.append(name, value);
      await send(request);
      const got = await Promise.all(paths.map((path) => firstHeadersAt(path)));
      const traceparents = got.map((fields) => fields['traceparent'] ?? '');
      for (const text of traceparents) {
        expect(text).toMatch(new RegExp(`^00-[0-9a-f]{32}-[0-9a-f]{16}-${flags}$`));
      }
      const sentIds = new Set(headers.map(([, value = '']) => value.split('-')[1]));
      const traceIds = traceparents.map((text) => text.split('-')[1]);
      expect(traceIds.map((id) => id === traceId)).toEqual(paths.map(() => isContinued));
      expect(traceIds.map((id) => sentIds.has(id))).toEqual(paths.map(() => isContinued));
      const parentIds = new Set(traceparents.map((text) => text.split('-')[2]));
      expect(parentIds.size).toBe(requests);
      expect(parentIds).not.toContain('1234567890123456');
      expect(got.map((fields) => fields['tracestate'] ?? null)).toEqual(
        paths.map(() => tracestate),
      );
    },
  );
});

describe('a scheduled event', () => {
  test.each(scheduledEvents.examples)('is recorded as a root: $about', async ({ body }) => {
    const bytes = JSON.stringify(body);
    const first = await send(event(edgeUrl('/scheduled-job'), bytes));
    const again = await send(event(edgeUrl('/scheduled-job'), bytes));
    const name = 'name' in body ? body.name : 'one-off-event';
    expect(first.records).toMatchObject([
      {
        event: {
          id: body.id,
          kind: 'hasura',
          trigger: name,
          table: null,
          op: null,
          actor: null,
          createdAt: body.scheduled_time,
          startsTrace: true,
          payloadKept: true,
        },
        delivery: { job: 'scheduled-job' },
        attempt: { outcome: 'delivered' },
      },
    ]);
    const idOf = ({ records: [record] }: typeof first): string | null =>
      record?.type === 'attempt' ? record.delivery.correlationId : null;
    expect(idOf(first)).toMatch(new RegExp(`^${name}\\.scheduled-job\\.`));
    expect(idOf(again)).toBe(idOf(first));
  });
});
