// Sources against a real HTTP server that fails in every way a Grafana can, and what is asked of one that does not.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import cloudWatchContract from '../../contracts/grafana/cloudwatch.json' with { type: 'json' };
import elasticsearchContract from '../../contracts/grafana/elasticsearch.json' with { type: 'json' };
import grafanaContract from '../../contracts/loki/grafana.json' with { type: 'json' };
import { cloudWatchSource } from '../../../src/logs/grafana-cloudwatch.ts';
import { elasticsearchSource } from '../../../src/logs/grafana-elasticsearch.ts';
import { grafanaLokiSource } from '../../../src/logs/grafana-loki.ts';
import type { IdPlace, LogSource, SourceAnswer } from '../../../src/logs/log-source.ts';
import { lokiSource } from '../../../src/logs/loki-direct.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;
type Asked = {
  method: string | undefined;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
};

let server: Server;
let url: string;
let handle: Handler;
let requests: Asked[];

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method, headers } = request;
      requests.push({ method, url: new URL(request.url ?? '', url), headers, body });
      handle(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/grafana`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const place: IdPlace = { in: 'structured_metadata', name: 'correlation_id' };
const selector = '{service_name=~".+"}';
const access = () => ({
  url,
  publicUrl: '',
  orgId: '3',
  token: 'glsa_secret',
  dataSourceUid: 'loki/1',
  timeoutMs: 1_000,
});
type Kind = 'grafana-loki' | 'loki' | 'elasticsearch' | 'cloudwatch';
const sources: Record<Kind, () => LogSource> = {
  'grafana-loki': () => grafanaLokiSource({ ...access(), selector, place }),
  loki: () =>
    lokiSource({
      url,
      tenant: 't',
      user: '',
      password: '',
      token: 'glsa_secret',
      selector,
      place,
      timeoutMs: 1_000,
    }),
  elasticsearch: () =>
    elasticsearchSource({ ...access(), timeField: 'testtime', messageField: 'line', place }),
  cloudwatch: () =>
    cloudWatchSource({
      ...access(),
      region: 'default',
      logGroups: ['/aws/lambda/charge-card'],
      place,
      wait: () => Promise.resolve(),
      now: () => Date.now(),
    }),
};
const kinds = Object.keys(sources) as Kind[];
const query = {
  correlationIds: ['a.b.c'],
  fromNs: 1_764_000_000_000_000_000n,
  toNs: 1_764_000_032_000_000_000n,
  direction: 'forward' as const,
  limit: 1_000,
};

async function ask(kind: Kind, given: Partial<typeof query> = {}): Promise<SourceAnswer> {
  const answer = await sources[kind]().fetchPage({ ...query, ...given });
  expect(JSON.stringify(answer)).not.toContain('glsa_secret');
  return answer;
}

const send =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

describe('what is asked', () => {
  it('of Loki through the data source proxy: with the token, for the window in nanoseconds', async () => {
    const values = [['1764000000000000001', 'hello']];
    handle = send(200, {
      status: 'success',
      data: { resultType: 'streams', result: [{ stream: { service_name: 'job' }, values }] },
    });
    expect(await ask('grafana-loki')).toMatchObject({
      lines: [{ timestampNs: '1764000000000000001', message: 'hello' }],
      isFull: false,
    });
    expect(requests[0]?.url.pathname).toBe(
      '/grafana/api/datasources/proxy/uid/loki%2F1/loki/api/v1/query_range',
    );
    expect(Object.fromEntries(requests[0]?.url.searchParams ?? [])).toEqual({
      query: '{service_name=~".+"} | correlation_id="a.b.c"',
      start: '1764000000000000000',
      end: '1764000032000000000',
      limit: '1000',
      direction: 'forward',
    });
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer glsa_secret',
      'x-grafana-org-id': '3',
    });
  });

  it('of Loki itself: for its tenant', async () => {
    handle = send(200, { status: 'success', data: { resultType: 'streams', result: [] } });
    await ask('loki');
    expect(requests[0]?.url.pathname).toBe('/grafana/loki/api/v1/query_range');
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer glsa_secret',
      'x-scope-orgid': 't',
    });
  });

  it('of Elasticsearch: a logs query, by the contract', async () => {
    handle = send(200, elasticsearchContract.answer);
    const answer = await ask('elasticsearch', { fromNs: 0n });
    expect(answer).toMatchObject({ lines: elasticsearchContract.lines });
    expect(requests[0]).toMatchObject({ method: 'POST' });
    expect(requests[0]?.url.pathname).toBe(`/grafana${elasticsearchContract.request.path}`);
    const { queries, ...range } = JSON.parse(requests[0]?.body ?? '');
    expect(range).toEqual({ from: '0', to: '1764000031999' });
    expect(Object.keys(queries[0]).toSorted()).toEqual(
      elasticsearchContract.request.queryMembers.toSorted(),
    );
    expect(queries[0]).toMatchObject({
      refId: 'A',
      datasource: { type: 'elasticsearch', uid: 'loki/1' },
      query: 'correlation_id:("a.b.c")',
      metrics: [{ type: 'logs', settings: { limit: '1000', sortDirection: 'asc' } }],
    });
  });

  it('of CloudWatch: it is started, and asked for until it is complete', async () => {
    const answers = [
      cloudWatchContract.start.answer,
      cloudWatchContract.results.running,
      cloudWatchContract.results.complete,
    ];
    handle = (request, response, body) =>
      send(200, answers[requests.length - 1])(request, response, body);
    const answer = await ask('cloudwatch', { fromNs: 0n });
    // Two rows that are the same throughout are two lines.
    expect(answer).toMatchObject({
      isFull: false,
      lines: [
        { message: 'no answer', level: 'error', correlationId: 'a.b.c' },
        { message: 'no answer', level: 'error', correlationId: 'a.b.c' },
      ],
    });
    const asked = requests.map(({ body }) => JSON.parse(body).queries[0]);
    expect(asked[0]).toMatchObject({
      type: 'logAction',
      subtype: 'StartQuery',
      region: 'default',
      logGroupNames: ['/aws/lambda/charge-card'],
      queryString:
        'fields @timestamp, @message, @logStream | filter correlation_id in ["a.b.c"] | filter toMillis(@timestamp) >= 0 and toMillis(@timestamp) < 1764000032000 | sort @timestamp asc | limit 1000',
    });
    expect(asked.slice(1)).toEqual([
      expect.objectContaining({ subtype: 'GetQueryResults', queryId: 'abcd-efgh-ijkl-mnop' }),
      expect.objectContaining({ subtype: 'GetQueryResults', queryId: 'abcd-efgh-ijkl-mnop' }),
    ]);
  });

  it('of CloudWatch, where it takes too long: it is stopped', async () => {
    handle = (request, response, body) =>
      send(
        200,
        body.includes('StartQuery')
          ? cloudWatchContract.start.answer
          : cloudWatchContract.results.running,
      )(request, response, body);
    let nowMs = 0;
    const source = cloudWatchSource({
      ...access(),
      region: 'default',
      logGroups: ['g'],
      place,
      wait: (ms) => {
        nowMs += ms;
        return Promise.resolve();
      },
      now: () => nowMs,
    });
    expect(await source.fetchPage(query)).toMatchObject({ reason: 'timed_out' });
    expect(requests.at(-1)?.body).toContain('StopQuery');
  });

  it.each(Object.entries(cloudWatchContract.endings))(
    'of CloudWatch, and it ends as %s: "%s"',
    async (status, reason) => {
      const ended = JSON.parse(
        JSON.stringify(cloudWatchContract.results.running).replace('Running', status),
      );
      handle = (request, response, body) =>
        send(200, body.includes('StartQuery') ? cloudWatchContract.start.answer : ended)(
          request,
          response,
          body,
        );
      expect(await ask('cloudwatch')).toMatchObject({ reason });
    },
  );

  it('of a data source that refuses, or is away itself: its own reason', async () => {
    const { refusal, outage } = elasticsearchContract;
    handle = send(refusal.status, refusal.body);
    expect(await ask('elasticsearch')).toMatchObject({
      reason: 'query_refused',
      detail: expect.stringContaining('unknown metric type'),
    });
    handle = send(outage.status, outage.body);
    expect(await ask('elasticsearch')).toMatchObject({ reason: 'failed' });
    handle = send(cloudWatchContract.limit.status, cloudWatchContract.limit.body);
    expect(await ask('cloudwatch')).toMatchObject({
      detail: expect.stringContaining('LimitExceededException'),
    });
  });
});

/** Reason, what the server does, what people are told. The panel shows each of them: test/browser. */
const faults: [string, string, Handler, RegExp][] = [
  ['refused_token', 'a wrong token', send(401, { message: 'Invalid API key' }), /401/],
  ['forbidden', 'a missing right', send(403, { message: 'Permission denied' }), /403/],
  ['no_data_source', 'an unknown data source', send(404, { message: 'not found' }), /404/],
  [
    'too_many_requests',
    'too many requests',
    send(429, 'slow down', { 'retry-after': '7' }),
    /429.*wait 7 s/,
  ],
  ['failed', 'a dead store behind it', send(502, { message: 'Bad Gateway' }), /502.*Bad Gateway/],
  ['failed', 'an overloaded one', send(503, ''), /503\./],
  ['unreachable', "Cloudflare's word for a refused connection", send(521, 'x'), /521/],
  ['timed_out', "Cloudflare's word for no answer", send(524, 'x'), /524/],
  ['dns', "Cloudflare's word for an unknown name", send(530, 'error code: 1016'), /530/],
  [
    'login_page',
    'a login page',
    send(200, '<!DOCTYPE html><html></html>', { 'content-type': 'text/html' }),
    /web page/,
  ],
  ['login_page', 'a redirect to the login', send(302, '', { location: '/login' }), /302/],
  ['cut_answer', 'JSON that is cut', send(200, '{"status":"success","data":{"resu'), /breaks off/],
  ['not_logs', 'no JSON at all', send(200, 'hello'), /no JSON/],
  ['not_logs', 'JSON of something else', send(200, { database: 'ok' }), /not as (Loki|Grafana)/],
  ['unreachable', 'a reset', (request) => request.socket.destroy(), /could not be reached/],
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

describe.each(kinds)('%s', (kind) => {
  it.each(faults)('answers "%s" to %s', async (reason, _name, handler, detail) => {
    handle = handler;
    expect(await ask(kind)).toMatchObject({ reason, detail: expect.stringMatching(detail) });
  });

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
    expect(await ask(kind)).toMatchObject({
      reason: 'timed_out',
      detail: expect.stringMatching(/within 1000 ms/),
    });
  });

  it('answers "unreachable" where nobody listens, and "dns" where the name leads nowhere', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await ask(kind)).toMatchObject({ reason: 'unreachable' });
    const before = url;
    url = 'http://grafana.invalid/';
    expect(await ask(kind)).toMatchObject({ reason: 'dns' });
    url = before;
  });
});

it.each(grafanaContract.answers.filter((answer) => answer.status >= 400))(
  'understands what Grafana itself answers to $when',
  async ({ status, body }) => {
    handle = send(status, body);
    expect(await ask('grafana-loki')).toMatchObject({
      reason: status === 404 ? 'no_data_source' : 'refused_token',
    });
  },
);
