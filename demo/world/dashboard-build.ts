// Builds the dashboard where its sources are newer than what was built.
import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Runs Vite's build in `pages/` if need be.
 * @returns true when it was built now
 * @throws with the build's output when it fails
 */
export async function buildDashboard(root: string): Promise<boolean> {
  const pages = join(root, 'pages');
  const built = await modifiedAt(join(pages, 'dist/index.html'));
  const sources = await newestIn([
    join(pages, 'src'),
    join(pages, 'public'),
    join(pages, 'index.html'),
    join(pages, 'vite.config.ts'),
    join(root, 'package-lock.json'),
  ]);
  if (built > sources) return false;
  await run('npm', ['run', 'build', '--workspace', 'pages'], root);
  return true;
}

async function newestIn(paths: readonly string[]): Promise<number> {
  const times = await Promise.all(
    paths.map(async (path) => {
      const entry = await stat(path).catch(() => null);
      if (!entry) return 0;
      if (!entry.isDirectory()) return entry.mtimeMs;
      const names = await readdir(path);
      return Math.max(entry.mtimeMs, await newestIn(names.map((name) => join(path, name))));
    }),
  );
  return Math.max(0, ...times);
}

async function modifiedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0;
}

async function run(command: string, parameters: readonly string[], cwd: string): Promise<void> {
  // What people get, also where a test runner has said that this is a test: React would be its development build.
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(command, parameters, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString('utf8')));
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The dashboard was not built:\n${output.join('')}`);
}
