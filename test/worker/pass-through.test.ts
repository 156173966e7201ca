// What a sender and a destination see of a pass-through delivery.
import { inject } from 'vitest';
import { describe, expect, test } from 'vitest';
import { edgeUrl, event, send } from './edge.ts';

type Received = { method: string; path: string; headers: Record<string, string>; body: string };

async function receivedAt(path: string): Promise<Received[]> {
  const url = `${inject('destinationUrl')}/received?path=${encodeURIComponent(path)}`;
  return (await fetch(url)).json();
}

describe('a pass-through delivery', () => {
  test('hands the body on byte for byte, and the answer back with status, headers and body', async () => {
    const body = '{ "spaced":  "as it came", "text": "žluťoučký" }';
    const path = '/bytes?x=1&y=a+b';
    const { response, text } = await send(event(edgeUrl(path), body, { 'x-own': 'yes' }));
    const [got] = await receivedAt(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-said-by')).toBe('destination');
    expect(JSON.parse(text)).toMatchObject({ path });
    expect(
      new TextDecoder().decode(Uint8Array.from(atob(got?.body ?? ''), (c) => c.charCodeAt(0))),
    ).toBe(body);
    expect(got?.method).toBe('POST');
    expect(got?.headers['x-own']).toBe('yes');
  });

  test('tells the destination who it is and never hands the key on', async () => {
    const { records } = await send(event(edgeUrl('/ids'), '{}'));
    const [got] = await receivedAt('/ids');
    const [record] = records;
    if (record?.type !== 'attempt') throw new Error('no attempt was recorded');
    expect(got?.headers['x-correlation-id']).toBe(record.delivery.correlationId);
    expect(got?.headers['idempotency-key']).toBe(record.delivery.id);
    expect(got?.headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(got?.headers['x-throughline-key']).toBeUndefined();
  });

  test('hands a failure back as the destination said it, so that the sender’s retry works', async () => {
    const { response, text, records } = await send(event(edgeUrl('/status/503'), '{}'));
    expect([response.status, text]).toEqual([503, 'status 503']);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(records).toMatchObject([{ attempt: { outcome: 'failed', status: 503 } }]);
  });

  test('does not follow a redirect', async () => {
    const { response, records } = await send(event(edgeUrl('/redirect'), '{}'));
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('http://127.0.0.1:1/elsewhere');
    expect(records).toMatchObject([{ attempt: { outcome: 'failed', status: 302 } }]);
  });

  test('answers 502 with a problem document when nobody listens, and records it', async () => {
    const dead = `https://edge.example/?destinations=${encodeURIComponent('http://127.0.0.1:1/job')}`;
    const { response, text, records } = await send(event(dead, '{}'));
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(JSON.parse(text)).toMatchObject({ title: 'Destination unreachable', status: 502 });
    expect(records).toMatchObject([
      { delivery: { job: 'job' }, attempt: { outcome: 'unreachable', status: null } },
    ]);
  });

  test('answers 504 when the destination hangs, and records it', async () => {
    const { response, records } = await send(event(edgeUrl('/hang'), '{}'), {
      ATTEMPT_TIMEOUT_MS: '200',
    });
    expect(response.status).toBe(504);
    expect(records.at(-1)).toMatchObject({ attempt: { outcome: 'timed_out', status: null } });
  });

  test('answers 502 when the connection is cut before an answer', async () => {
    const { response, records } = await send(event(edgeUrl('/reset'), '{}'));
    expect(response.status).toBe(502);
    expect(records).toMatchObject([{ attempt: { outcome: 'unreachable' } }]);
  });

  test('drops the headers of one connection, both ways', async () => {
    const { response, text } = await send(
      event(edgeUrl('/chunks'), '{}', { connection: 'x-mine', 'x-mine': 'no', te: 'trailers' }),
    );
    const [got] = await receivedAt('/chunks');
    expect(text).toBe('one two three');
    expect(response.headers.get('x-of-this-hop')).toBeNull();
    expect(got?.headers['x-mine']).toBeUndefined();
    expect(got?.headers['te']).toBeUndefined();
  });

  test('streams a large answer whole and keeps only its beginning for the record', async () => {
    const { text, records } = await send(event(edgeUrl('/large'), '{}'));
    expect(text.length).toBe(1_000_000);
    expect(records).toMatchObject([
      { attempt: { outcome: 'delivered', answer: 'x'.repeat(2_048) } },
    ]);
  });

  test('hands two cookies back as two headers', async () => {
    const { response } = await send(event(edgeUrl('/cookies'), '{}'));
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2; Path=/']);
  });

  test('hands a compressed answer on readable', async () => {
    const { text } = await send(event(edgeUrl('/gzip'), '{}'));
    expect(text).toBe('unpacked');
  });

  test('passes any method on, also without a body', async () => {
    const { response } = await send(
      new Request(edgeUrl('/get'), { headers: { 'x-throughline-key': 'tl_test_key' } }),
    );
    const [got] = await receivedAt('/get');
    expect([response.status, got?.method]).toEqual([200, 'GET']);
  });

  test('streams a body above the limit and says that its payload was not kept', async () => {
    const large = hasuraEvent({ note: 'n'.repeat(5_000) });
    const { response, records } = await send(event(edgeUrl('/too-large'), large), {
      MAX_BODY_BYTES: '2000',
    });
    const [got] = await receivedAt('/too-large');
    expect(response.status).toBe(200);
    expect(atob(got?.body ?? '')).toBe(large);
    expect(records).toMatchObject([{ event: { kind: 'webhook', payloadKept: false } }]);
  });

  test('records an event whose column nests too deep to be walked, without that column', async () => {
    const tree = '['.repeat(50_000) + ']'.repeat(50_000);
    const body = hasuraEvent({ note: 'n' }).replace('"note":"n"', `"note":"n","tree":${tree}`);
    const { response, records } = await send(event(edgeUrl('/deep'), body));
    const [got] = await receivedAt('/deep');
    expect([response.status, atob(got?.body ?? '')]).toEqual([200, body]);
    expect(records).toMatchObject([
      {
        event: {
          kind: 'hasura',
          payloadKept: true,
          new: { note: 'n', tree: expect.stringContaining('nests') },
        },
      },
    ]);
  });

  test('streams a chunked body above the limit without losing its beginning', async () => {
    const large = 'abcdefghij'.repeat(1_000);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const written = (async () => {
      for (let at = 0; at < large.length; at += 1_000) {
        await writer.write(new TextEncoder().encode(large.slice(at, at + 1_000)));
      }
      await writer.close();
    })();
    await send(event(edgeUrl('/chunked'), readable), { MAX_BODY_BYTES: '2000' });
    await written;
    const [got] = await receivedAt('/chunked');
    expect(atob(got?.body ?? '')).toBe(large);
  });
});

function hasuraEvent(row: Record<string, unknown>): string {
  return JSON.stringify({
    id: 'f1d7c0b2-1111-4222-8333-944455566677',
    created_at: '2026-11-24T10:00:00.123456',
    table: { schema: 'public', name: 'orders' },
    trigger: { name: 'order_paid' },
    event: { op: 'INSERT', data: { old: null, new: { id: 42, ...row } } },
  });
}
