// `npm start`: brings up the whole local world, says where everything is, and ends it on Ctrl-C.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { refuseSecondWorld, startWorld, type World } from './world/world.ts';

const usage = `Usage: npm start -- [--fresh] [--quiet-shop]

  --fresh       begins anew: removes .throughline/ with its data, keys and logs
  --quiet-shop  nobody places orders but you

  APPLICATION_DATABASE_URL, OBSERVABILITY_DATABASE_URL  use a Postgres that is already there
  THROUGHLINE_DIRECTORY                                 another folder than .throughline/`;

const directory =
  process.env['THROUGHLINE_DIRECTORY'] ??
  join(fileURLToPath(new URL('..', import.meta.url)), '.throughline');
const began = Date.now();

function progress(line: string): void {
  console.log(`${((Date.now() - began) / 1_000).toFixed(1).padStart(5)} s  ${line}`);
}

function readOptions(): { fresh: boolean; quietShop: boolean } {
  try {
    const { values } = parseArgs({
      options: { fresh: { type: 'boolean' }, 'quiet-shop': { type: 'boolean' } },
    });
    return { fresh: values.fresh ?? false, quietShop: values['quiet-shop'] ?? false };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const options = readOptions();
let world: World | null = null;
let ending = false;

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  progress('Ending: the last records go through the queue, then every part stops');
  await world?.stop();
  progress('Everything that was started has ended. The data stays in .throughline/');
  process.exit(0);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (world) void end();
    else {
      // Half started: the parts watch this process and end with it.
      progress('Ended before everything was up');
      process.exit(130);
    }
  });
}

try {
  if (options.fresh) {
    refuseSecondWorld(directory);
    await rm(directory, { recursive: true, force: true });
    progress('Removed .throughline/: beginning anew');
    if (process.env['APPLICATION_DATABASE_URL'] || process.env['OBSERVABILITY_DATABASE_URL']) {
      progress('Databases given by address are yours and stay as they are');
    }
  }
  world = await startWorld({
    directory,
    applicationUrl: process.env['APPLICATION_DATABASE_URL'],
    observabilityUrl: process.env['OBSERVABILITY_DATABASE_URL'],
    orderEveryMs: options.quietShop ? 0 : 12_000,
    onProgress: progress,
  });
  console.log(howToUse(world));
} catch (error) {
  console.error(`\nnpm start failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

function howToUse(running: World): string {
  const { file } = running;
  const destination = encodeURIComponent(`${file.jobsUrl}/.netlify/functions/hello`);
  const logServer = running.children.get('log-server')?.pid ?? 0;
  return `
Throughline is up. Ctrl-C ends it; the data stays.

  Dashboard    ${file.dashboardUrl}/#token=${file.apiToken}
  Edge         ${file.edgeUrl}
  Ingest key   ${file.ingestKey}
  API token    ${file.apiToken}
  psql         ${file.applicationUrl}
               ${file.observabilityUrl}

Send a webhook through the edge:

  curl -i '${file.edgeUrl}/?destinations=${destination}' \\
    -H 'x-throughline-key: ${file.ingestKey}' \\
    -H 'content-type: application/json' -d '{"hello":"world"}'

Place an order, and get the address of its cascade:

  npm run shop -- order --as jane@example.com

See "Grafana Offline":  kill ${logServer}   (the next npm start brings the log server back)
or another kind of it:  curl -X POST ${file.logsUrl}/stand-in/fault/login-page   (…/fault/none ends it)
`;
}
