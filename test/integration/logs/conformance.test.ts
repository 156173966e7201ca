// Every source against the suite: four over the local stand-in for Grafana, Loki, Elasticsearch and CloudWatch, and
// Loki over a real Grafana where one is given.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { startLogServer, type LogServer } from '../../../demo/log-server/server.ts';
import { cloudWatchSource } from '../../../src/logs/grafana-cloudwatch.ts';
import { elasticsearchSource } from '../../../src/logs/grafana-elasticsearch.ts';
import { grafanaLokiSource } from '../../../src/logs/grafana-loki.ts';
import type { IdPlace } from '../../../src/logs/log-source.ts';
import { lokiSource } from '../../../src/logs/loki-direct.ts';
import { itConforms, type PushedLine, type SourceUnderTest } from './conformance.ts';

const token = 'glsa_conformance';
const access = { tenant: 'shop', user: 'throughline', password: 'p:ä"ss' };
const selector = '{service_name=~".+"}';
const place: IdPlace = { in: 'structured_metadata', name: 'correlation_id' };
const running: { server: LogServer; directory: string }[] = [];

afterAll(async () => {
  for (const { server, directory } of running) {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

async function start(options: { lokiAccess?: typeof access } = {}): Promise<LogServer> {
  const directory = await mkdtemp(join(tmpdir(), 'conformance-'));
  const server = await startLogServer({ directory, token, uid: 'loki', ...options });
  running.push({ server, directory });
  return server;
}

async function push(
  url: string,
  headers: Record<string, string>,
  lines: readonly PushedLine[],
): Promise<void> {
  const response = await fetch(new URL('loki/api/v1/push', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      streams: lines.map(({ atNs, line, labels, metadata }) => ({
        stream: labels,
        values: [[String(atNs), line, metadata]],
      })),
    }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
}

const through = (url: string, dataSourceUid: string) => ({
  url,
  publicUrl: '',
  orgId: '',
  token,
  dataSourceUid,
});

const places: IdPlace[] = [
  place,
  { in: 'label', name: 'correlation_id' },
  { in: 'json', name: 'correlation_id' },
  { in: 'line', name: 'correlation_id' },
];
for (const each of places) {
  const open = async (): Promise<SourceUnderTest> => {
    const { url } = await start();
    return {
      source: grafanaLokiSource({ ...through(url, 'loki'), selector, place: each }),
      // What the place is not, is not there to be found.
      push: (lines) =>
        push(
          url,
          {},
          lines.map((line) => ({
            ...line,
            labels: each.in === 'label' ? { ...line.labels, ...line.metadata } : line.labels,
            metadata: each.in === 'structured_metadata' ? line.metadata : {},
          })),
        ),
    };
  };
  itConforms(`Loki through Grafana, the ID as ${each.in}`, open, {
    findsText: each.in === 'line',
  });
}

itConforms('Loki itself, for a tenant and behind basic authentication', async () => {
  const { url } = await start({ lokiAccess: access });
  const basic = Buffer.from(`${access.user}:${access.password}`).toString('base64');
  const headers = { authorization: `Basic ${basic}`, 'x-scope-orgid': access.tenant };
  return {
    source: lokiSource({ url, ...access, token: '', selector, place }),
    push: (lines) => push(url, headers, lines),
  };
});

itConforms('Elasticsearch through Grafana', async () => {
  const { url } = await start();
  return {
    source: elasticsearchSource({
      ...through(url, 'elasticsearch'),
      timeField: '@timestamp',
      messageField: 'message',
      place: { in: 'json', name: 'correlation_id' },
    }),
    push: (lines) => push(url, {}, lines),
  };
});

itConforms('CloudWatch through Grafana', async () => {
  const { url } = await start();
  return {
    source: cloudWatchSource({
      ...through(url, 'cloudwatch'),
      region: 'default',
      logGroups: ['/aws/lambda/shop'],
      place: { in: 'json', name: 'correlation_id' },
      wait: (ms) => wait(ms === 0 ? 0 : 1),
      now: () => Date.now(),
    }),
    push: (lines) => push(url, {}, lines),
  };
});

// GRAFANA_URL, GRAFANA_TOKEN and GRAFANA_DATA_SOURCE_UID name a real one; lines are pushed to LOKI_PUSH_URL, or through
// the same data source, where its token may.
const real = {
  url: process.env['GRAFANA_URL'] ?? '',
  token: process.env['GRAFANA_TOKEN'] ?? '',
  dataSourceUid: process.env['GRAFANA_DATA_SOURCE_UID'] ?? 'loki',
};
const proxy = new URL(
  `api/datasources/proxy/uid/${real.dataSourceUid}/`,
  real.url.endsWith('/') ? real.url : `${real.url || 'http://grafana.invalid'}/`,
).href;
const pushUrl = process.env['LOKI_PUSH_URL'] ?? proxy;
itConforms(
  'Loki through a real Grafana (set GRAFANA_URL and GRAFANA_TOKEN)',
  () =>
    Promise.resolve({
      source: grafanaLokiSource({ publicUrl: '', orgId: '', ...real, selector, place }),
      push: (lines) =>
        push(pushUrl, pushUrl === proxy ? { authorization: `Bearer ${real.token}` } : {}, lines),
    }),
  { isThere: real.url !== '' && real.token !== '' },
);
