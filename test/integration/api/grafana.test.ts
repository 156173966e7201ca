// The log source against a real HTTP server that fails in every way a Grafana can.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import grafanaContract from '../../contracts/loki/grafana.json' with { type: 'json' };
import { logsViewSchema } from '../../../src/api/views.ts';
import { createGrafanaLogSource } from '../../../src/logs/grafana.ts';
import type { LogsAnswer } from '../../../src/logs/log-source.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let url: string;
let handle: Handler;
let requests: IncomingMessage[];

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    requests.push(request);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/grafana`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const query = { correlationIds: ['a.b.c'], fromMs: 1_764_000_000_000, toMs: 1_764_000_032_000 };

async function ask(
  given: { timeoutMs?: number; maxLines?: number; ids?: string[] } = {},
): Promise<LogsAnswer> {
  const source = createGrafanaLogSource({
    url,
    dataSourceUid: 'loki/1',
    token: 'glsa_secret',
    selector: '{service_name=~".+"}',
    ...given,
  });
  const answer = await source.fetchLogs({
    ...query,
    correlationIds: given.ids ?? query.correlationIds,
  });
  expect(JSON.stringify(answer)).not.toContain('glsa_secret');
  return logsViewSchema.parse(answer);
}

const send =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const streams = (values: string[][]): unknown => ({
  status: 'success',
  data: { resultType: 'streams', result: [{ stream: { service_name: 'job' }, values }] },
});

describe('the Grafana log source', () => {
  it('asks Loki through the data source proxy, with the token, for the window in nanoseconds', async () => {
    handle = send(200, streams([['1764000000000000001', 'hello']]));
    const answer = await ask();
    expect(answer).toMatchObject({
      state: 'ok',
      truncated: false,
      lines: [{ timestampNs: '1764000000000000001', message: 'hello' }],
      query: '{service_name=~".+"} | correlation_id="a.b.c"',
      from: '2025-11-24T16:00:00.000Z',
      to: '2025-11-24T16:00:32.000Z',
    });
    const [request] = requests;
    const asked = new URL(request?.url ?? '', url);
    expect(asked.pathname).toBe(
      '/grafana/api/datasources/proxy/uid/loki%2F1/loki/api/v1/query_range',
    );
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      query: '{service_name=~".+"} | correlation_id="a.b.c"',
      start: '1764000000000000000',
      end: '1764000032000000000',
      limit: '1000',
      direction: 'forward',
    });
    expect(request?.headers.authorization).toBe('Bearer glsa_secret');
  });

  it('says when there are more lines than one answer holds', async () => {
    handle = send(
      200,
      streams([
        ['1', 'a'],
        ['2', 'b'],
      ]),
    );
    expect(await ask({ maxLines: 2 })).toMatchObject({ state: 'ok', truncated: true });
  });

  it('asks nobody where there is no ID to ask for', async () => {
    handle = send(500, '');
    expect(await ask({ ids: [] })).toMatchObject({ state: 'ok', lines: [] });
    expect(requests).toHaveLength(0);
  });

  const faults: [string, string, Handler, RegExp][] = [
    ['refused_token', 'a missing right', send(403, { message: 'Permission denied' }), /403/],
    [
      'too_many_requests',
      'too many requests',
      send(429, 'slow down', { 'retry-after': '7' }),
      /429.*7/,
    ],
    [
      'failed',
      'a query that Loki refuses',
      send(400, 'parse error at line 1, col 6'),
      /400: parse error/,
    ],
    ['failed', 'a dead Loki behind it', send(502, { message: 'Bad Gateway' }), /502/],
    ['failed', 'an overloaded one', send(503, ''), /503\./],
    [
      'not_loki',
      'a login page',
      send(200, '<!DOCTYPE html><html></html>', { 'content-type': 'text/html' }),
      /web page/,
    ],
    ['not_loki', 'a redirect to the login', send(302, '', { location: '/login' }), /302/],
    [
      'not_loki',
      'JSON that is cut',
      send(200, '{"status":"success","data":{"resu'),
      /not whole JSON/,
    ],
    ['not_loki', 'JSON of something else', send(200, { database: 'ok' }), /not as Loki does/],
    [
      'unreachable',
      'a connection that resets',
      (request) => request.socket.destroy(),
      /could not be reached/,
    ],
    [
      'unreachable',
      'an answer that breaks off',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"status":');
        response.socket?.end();
      },
      /could not be reached/,
    ],
  ];
  it.each(faults)('answers "%s" for %s', async (reason, _name, handler, detail) => {
    handle = handler;
    const answer = await ask();
    expect(answer).toMatchObject({
      state: 'offline',
      reason,
      query: '{service_name=~".+"} | correlation_id="a.b.c"',
      detail: expect.stringMatching(detail),
    });
  });

  it.each(grafanaContract.answers.filter((answer) => answer.status >= 400))(
    'understands what Grafana itself answers to $when',
    async ({ status, body }) => {
      handle = send(status, body);
      expect(await ask()).toMatchObject({
        state: 'offline',
        reason: status === 404 ? 'no_data_source' : 'refused_token',
      });
    },
  );

  it.each([
    ['never begins', () => {}],
    [
      'never ends',
      (_request: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200);
        response.write('{');
      },
    ],
  ])('gives up on an answer that %s', async (_name, handler) => {
    handle = handler;
    expect(await ask({ timeoutMs: 100 })).toMatchObject({
      state: 'offline',
      reason: 'timed_out',
      detail: expect.stringMatching(/within 100 ms/),
    });
  });

  it('answers "unreachable" where nobody listens', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await ask()).toMatchObject({ state: 'offline', reason: 'unreachable' });
  });
});
