// The whole local world: starts its parts in order, each a child process, and ends them in reverse.
// It prints nothing itself: progress goes to whoever asked for the world.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import { buildDashboard } from './dashboard-build.ts';
import { prepareDatabases, workerLogin } from './databases.ts';
import type { PartConfig } from './part-config.ts';
import { choosePort } from './ports.ts';
import {
  isRunning,
  type PartName,
  readState,
  readWorldFile,
  type State,
  type WorldFile,
  writeState,
  writeWorldFile,
} from './state.ts';

export type WorldOptions = {
  /** Where data, logs and keys are kept. */
  directory: string;
  /** Takes any free ports, for a world beside others. */
  randomPorts?: boolean;
  /** A Postgres that is already there. */
  applicationUrl?: string | undefined;
  observabilityUrl?: string | undefined;
  /** How often somebody places an order; 0 for never. */
  orderEveryMs: number;
  /** Every n-th first attempt of `charge-card` fails; 0 for never. */
  failEvery?: number;
  onProgress?: (line: string) => void;
};

export type World = {
  /** Where everything is. */
  file: WorldFile;
  /** The parts that run, by name. */
  children: ReadonlyMap<string, Child>;
  stopPart(name: PartConfig['part']): Promise<void>;
  /** Starts a part again that was stopped, with what it had. */
  startPart(name: PartConfig['part']): Promise<void>;
  stop(): Promise<void>;
};

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = 'shop';
const dataSourceUid = 'loki';
/** Longer than the queue waits for a full batch: what was recorded last gets through. */
const queueEmptiesWithinMs = 2_500;

/** @throws when a part does not start: nothing is left running then */
export async function startWorld(options: WorldOptions): Promise<World> {
  const progress = options.onProgress ?? (() => undefined);
  const { directory } = options;
  refuseSecondWorld(directory);
  await mkdir(join(directory, 'logs'), { recursive: true });
  const state = readState(directory);
  const children = new Map<string, Child>();
  const configs = new Map<string, PartConfig>();

  const begin = async (config: PartConfig, name: string, label: string): Promise<void> => {
    configs.set(name, config);
    const child = await startChild({
      name: label,
      command: process.execPath,
      arguments: [fileURLToPath(new URL('part.ts', import.meta.url)), JSON.stringify(config)],
      directory: root,
      environment: wranglerEnvironment(directory),
      logFile: join(directory, 'logs', `${name}.log`),
      ready: (line) => line === 'ready',
      readyWithinMs: 100_000,
    });
    children.set(name, child);
    const noteEnd = async (): Promise<void> => {
      const how = await child.ended;
      // A part that was stopped on purpose is off the list already.
      if (children.get(name) !== child) return;
      children.delete(name);
      progress(`${label} has ended (${how}); its output is in ${directory}/logs/${name}.log`);
    };
    void noteEnd();
    progress(`${label} runs (process ${child.pid})`);
  };
  const end = async (name: string): Promise<void> => {
    const child = children.get(name);
    children.delete(name);
    await child?.stop();
  };
  const port = async (part: PartName): Promise<number> => {
    const choice = await choosePort(part, state, options.randomPorts ?? false);
    if (choice.instead)
      progress(`Port ${choice.instead} is taken: the ${part} gets ${choice.port}`);
    state.ports[part] = choice.port;
    writeState(directory, state);
    return choice.port;
  };
  const stop = async (): Promise<void> => {
    await end('shop');
    await end('event-engine');
    if (children.has('edge')) await wait(queueEmptiesWithinMs);
    for (const name of [...children.keys()].toReversed()) await end(name);
    await rm(join(directory, 'world.json'), { force: true });
  };

  try {
    const file = await startParts({ options, state, begin, port, progress });
    return {
      file,
      children,
      stop,
      stopPart: end,
      async startPart(name) {
        const config = configs.get(name);
        if (!config) throw new Error(`No part of this world is called ${name}`);
        await begin(config, name, name);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(world: {
  options: WorldOptions;
  state: State;
  begin: (config: PartConfig, name: string, label: string) => Promise<void>;
  port: (part: PartName) => Promise<number>;
  progress: (line: string) => void;
}): Promise<WorldFile> {
  const { options, state, begin, port, progress } = world;
  const { directory } = options;
  const urls = await startDatabases(world);

  const logsUrl = `http://127.0.0.1:${await port('log-server')}`;
  await begin(
    {
      part: 'log-server',
      directory: join(directory, 'log-server'),
      port: Number(new URL(logsUrl).port),
      token: state.grafanaToken,
      uid: dataSourceUid,
    },
    'log-server',
    'Log server (stands in for Loki behind Grafana)',
  );
  const jobsUrl = `http://127.0.0.1:${await port('jobs')}`;
  const truthFile = join(directory, 'truth.jsonl');
  await begin(
    {
      part: 'jobs',
      applicationUrl: urls.application,
      logsUrl,
      port: Number(new URL(jobsUrl).port),
      truthFile,
      failEvery: options.failEvery ?? 5,
      pace: 1,
    },
    'jobs',
    'Jobs',
  );
  if (await buildDashboard(root)) progress('The dashboard was built');
  const { edgeUrl, dashboardUrl } = await startEdge(world, urls, logsUrl);
  await begin(
    {
      part: 'event-engine',
      applicationUrl: urls.application,
      edgeUrl,
      jobsUrl,
      ingestKey: state.ingestKey,
      pollMs: 250,
    },
    'event-engine',
    'Event engine (stands in for Hasura)',
  );
  if (options.orderEveryMs > 0) {
    await begin(
      { part: 'shop', applicationUrl: urls.application, everyMs: options.orderEveryMs },
      'shop',
      'Shop',
    );
  }
  const file: WorldFile = {
    pid: process.pid,
    applicationUrl: urls.application,
    observabilityUrl: urls.observability,
    dashboardUrl,
    edgeUrl,
    jobsUrl,
    logsUrl,
    truthFile,
    source,
    apiToken: state.apiToken,
    ingestKey: state.ingestKey,
  };
  writeWorldFile(directory, file);
  return file;
}

type DatabaseUrls = {
  application: string;
  observability: string;
  /** The observability database as the Worker logs in. */
  worker: string;
};

async function startDatabases(world: {
  options: WorldOptions;
  begin: (config: PartConfig, name: string, label: string) => Promise<void>;
  port: (part: PartName) => Promise<number>;
  progress: (line: string) => void;
}): Promise<DatabaseUrls> {
  const { options, begin, port, progress } = world;
  let { applicationUrl, observabilityUrl } = options;
  if (!applicationUrl || !observabilityUrl) {
    const chosen = await port('postgres');
    await begin(
      { part: 'postgres', directory: join(options.directory, 'postgres'), port: chosen },
      'postgres',
      'Postgres',
    );
    const base = `postgres://throughline:throughline@127.0.0.1:${chosen}`;
    applicationUrl ||= `${base}/application`;
    observabilityUrl ||= `${base}/observability`;
  }
  const urls = { application: applicationUrl, observability: observabilityUrl };
  await prepareDatabases(urls, (line) => progress(`  ${line}`));
  progress('Both databases are up to date');
  // On a server that somebody gave, the Worker logs in as it was given: roles are not ours to make there.
  const worker = options.observabilityUrl
    ? urls.observability
    : await workerLogin(urls.observability);
  return { ...urls, worker };
}

async function startEdge(
  world: {
    options: WorldOptions;
    state: State;
    begin: (config: PartConfig, name: string, label: string) => Promise<void>;
    port: (part: PartName) => Promise<number>;
  },
  urls: DatabaseUrls,
  logsUrl: string,
): Promise<{ edgeUrl: string; dashboardUrl: string }> {
  const { options, state, begin, port } = world;
  const { directory } = options;
  const edgePort = await port('edge');
  const environmentFile = join(directory, 'worker.env');
  await writeFile(
    environmentFile,
    environmentText({
      EDGE_URL: `http://127.0.0.1:${edgePort}`,
      INGEST_SOURCE: source,
      INGEST_KEY_SHA256: sha256(state.ingestKey),
      ALLOWED_DESTINATIONS: 'http://127.0.0.1:*',
      ALLOW_PRIVATE_DESTINATIONS: 'true',
      API_TOKEN_SHA256: sha256(state.apiToken),
      GRAFANA_URL: logsUrl,
      GRAFANA_DATA_SOURCE_UID: dataSourceUid,
      GRAFANA_TOKEN: state.grafanaToken,
      CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_OBSERVABILITY: urls.worker,
      CLOUDFLARE_HYPERDRIVE_LOCAL_CONNECTION_STRING_APPLICATION: urls.application,
    }),
    { mode: 0o600 },
  );
  await begin(
    {
      part: 'wrangler',
      directory: root,
      arguments: [
        'dev',
        ...listenOn(edgePort),
        '--persist-to',
        join(directory, 'cloudflare'),
        '--env-file',
        environmentFile,
        '--show-interactive-dev-session=false',
      ],
      port: edgePort,
      // Answers 401 and leaves no record of a refusal at the edge.
      readyPath: '/api/health',
      scheduledEveryMs: 60_000,
    },
    'edge',
    'Worker (edge, API, queue consumer)',
  );
  const dashboardPort = await port('dashboard');
  await begin(
    {
      part: 'wrangler',
      directory: join(root, 'pages'),
      arguments: [
        'pages',
        'dev',
        ...listenOn(dashboardPort),
        '--persist-to',
        join(directory, 'cloudflare-pages'),
      ],
      port: dashboardPort,
      readyPath: '/',
      scheduledEveryMs: null,
    },
    'dashboard',
    'Dashboard',
  );
  return {
    edgeUrl: `http://127.0.0.1:${edgePort}`,
    dashboardUrl: `http://127.0.0.1:${dashboardPort}`,
  };
}

function listenOn(port: number): string[] {
  return ['--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0'];
}

/** Worker and dashboard find each other in a registry of this world's own. */
function wranglerEnvironment(directory: string): Record<string, string> {
  return {
    WRANGLER_REGISTRY_PATH: join(directory, 'cloudflare-registry'),
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_LOG_PATH: join(directory, 'logs'),
    CI: '1',
  };
}

/** @throws when a world runs on this directory already */
export function refuseSecondWorld(directory: string): void {
  if (!existsSync(directory)) return;
  const other = readWorldFile(directory);
  // A world that was cut off leaves its file; its parts ended with it.
  if (!other || !isRunning(other.pid)) return;
  throw new Error(
    `A world already runs here (process ${other.pid}): ${other.dashboardUrl}. End it with Ctrl-C there first.`,
  );
}

function environmentText(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
