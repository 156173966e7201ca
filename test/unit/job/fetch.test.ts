// Whom a call tells what caused it. Real servers: what leaks is what arrives.
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { correlatedFetch, correlationHeaders, withCorrelation } from '../../../job/src/index.ts';

const id = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';
const inbound = {
  'x-correlation-id': id,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
  baggage: 'user=jane',
  'x-throughline-hops': '3',
};
const names = Object.keys(inbound);

type Peer = {
  server: Server;
  origin: string;
  got: { headers: IncomingHttpHeaders; body: string }[];
};
let job: Peer;
let foreign: Peer;

async function startPeer(): Promise<Peer> {
  const got: Peer['got'] = [];
  const server = createServer((incoming, answer) => {
    let body = '';
    incoming.on('data', (chunk) => (body += String(chunk)));
    incoming.on('end', () => {
      got.push({ headers: incoming.headers, body });
      if (incoming.url === '/moved') answer.writeHead(307, { location: foreign.origin });
      answer.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

beforeAll(async () => {
  [job, foreign] = await Promise.all([startPeer(), startPeer()]);
});
afterAll(() => {
  job.server.close();
  foreign.server.close();
});
beforeEach(() => {
  job.got.length = 0;
  foreign.got.length = 0;
});

/** Calls from inside a job that was called with all of these headers. */
const inJob = <Result>(work: () => Promise<Result>): Promise<Result> =>
  withCorrelation<unknown, [request: unknown], Promise<Result>>(work)({ headers: inbound });
const told = (peer: Peer): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, peer.got.at(-1)?.headers[name]]));
const nothing = Object.fromEntries(names.map((name) => [name, undefined]));

describe('correlatedFetch', () => {
  it('tells a job at a named origin what caused the call', async () => {
    const call = correlatedFetch({ origins: [`${job.origin}/some/path`] });
    await inJob(() =>
      call(`${job.origin}/a?b`, { method: 'POST', body: 'x', headers: { accept: 'y' } }),
    );
    expect(told(job)).toEqual(inbound);
    expect(job.got[0]).toMatchObject({ body: 'x', headers: { accept: 'y' } });
  });

  it('takes a Request or a URL too, with a body that streams', async () => {
    const call = correlatedFetch({ origins: [job.origin] });
    await inJob(() => call(new URL(job.origin)));
    expect(told(job)).toEqual(inbound);
    const init = { method: 'POST', body: new Blob(['streamed']).stream(), duplex: 'half' };
    await inJob(() => call(new Request(job.origin, init)));
    expect(told(job)).toEqual(inbound);
    expect(job.got.at(-1)?.body).toBe('streamed');
  });

  it('tells a foreign host nothing, however its address is dressed', async () => {
    const port = new URL(foreign.origin).port;
    const call = correlatedFetch({ origins: [job.origin, 'https://own.example'] });
    await inJob(() => call(foreign.origin));
    expect(told(foreign)).toEqual(nothing);
    await inJob(() => call(`http://localhost:${port}`).catch(() => null));
    await inJob(() => call(`${foreign.origin}/?${job.origin}`));
    expect(told(foreign)).toEqual(nothing);
    expect(foreign.got.length).toBeGreaterThan(1);
  });

  it('does not follow a redirect, which would take the headers to another host', async () => {
    const call = correlatedFetch({ origins: [job.origin] });
    const answer = await inJob(() => call(`${job.origin}/moved`));
    expect(answer.status).toBe(307);
    expect(foreign.got).toEqual([]);
  });

  it('tells a foreign host where it is asked to by name', async () => {
    await inJob(() => fetch(foreign.origin, { headers: correlationHeaders() }));
    expect(told(foreign)).toEqual(inbound);
  });

  it('keeps what the caller sets itself, and gives no state to a foreign trace', async () => {
    const call = correlatedFetch({ origins: [job.origin] });
    const traceparent = '00-11111111111111111111111111111111-2222222222222222-00';
    await inJob(() => call(job.origin, { headers: { traceparent, 'X-Correlation-Id': 'own' } }));
    expect(told(job)).toEqual({
      traceparent,
      'x-correlation-id': 'own',
      tracestate: undefined,
      baggage: 'user=jane',
      'x-throughline-hops': '3',
    });
  });

  it('leaves the trace to a tracer', async () => {
    const call = correlatedFetch({ origins: [job.origin], traceContext: false });
    await inJob(() => call(job.origin));
    expect(told(job)).toEqual({ ...nothing, 'x-correlation-id': id, 'x-throughline-hops': '3' });
  });

  it('adds nothing where nothing named a cause', async () => {
    await correlatedFetch({ origins: [job.origin] })(job.origin);
    expect(told(job)).toEqual(nothing);
  });

  it('sends through what it is given, a service binding’s fetch for example', async () => {
    const seen: Headers[] = [];
    const call = correlatedFetch({
      origins: ['https://job.internal'],
      fetch: (_input, init) => {
        seen.push(new Headers(init?.headers));
        return Promise.resolve(new Response('ok'));
      },
    });
    await inJob(() => call('https://job.internal/run'));
    expect(seen[0]?.get('x-correlation-id')).toBe(id);
  });

  it.each(['edge.example.com', '', '*', 'ftp://edge.example.com'])(
    'refuses "%s" as an origin at once',
    (origin) => {
      expect(() => correlatedFetch({ origins: [origin] })).toThrow(/is no origin/);
    },
  );
});
