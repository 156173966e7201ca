// One whole local world for the browser tests, beside any other: free ports, a folder of its own.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { WorldFile } from '../../demo/world/state.ts';
import { startWorld } from '../../demo/world/world.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    world: WorldFile & { logServerPid: number };
  }
}

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
  const { children, stop, startPart: _start, stopPart: _stop, ...file } = world;
  project.provide('world', { ...file, logServerPid: children.get('log-server')?.pid ?? 0 });
  return async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  };
}
