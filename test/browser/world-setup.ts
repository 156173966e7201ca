// One whole local world for the browser tests, beside any other: free ports, a folder of its own.
import { createServer } from 'node:http';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startWorld } from '../../demo/world/world.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-world-'));
  // Started by root, Postgres runs as another user, who must be able to enter.
  await chmod(directory, 0o755);
  const lines: string[] = [];
  const world = await startWorld({
    directory,
    randomPorts: true,
    orderEveryMs: 0,
    failEvery: 3,
    onProgress: (line) => lines.push(line),
  }).catch((error: unknown) => {
    throw new Error(`The world did not start:\n${lines.join('\n')}`, { cause: error });
  });
  const control = createServer((request, response) => {
    const [, verb, name] = (request.url ?? '').split('/');
    const part = partName(name);
    const work = verb === 'stop' ? world.stopPart(part) : world.startPart(part);
    work.then(
      () => response.end('done'),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  const address = control.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  project.provide('world', { ...world.file, controlUrl: `http://127.0.0.1:${port}` });
  return async () => {
    control.close();
    await world.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

function partName(text: string | undefined): 'log-server' {
  if (text !== 'log-server') throw new Error(`Tests may stop the log server only, not ${text}`);
  return text;
}
