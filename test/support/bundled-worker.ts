// The Worker as it would be deployed: bundled by wrangler, with the bindings of wrangler.toml, for Miniflare's API.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from 'wrangler';

const root = fileURLToPath(new URL('../../', import.meta.url));
const wranglerFile = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
);

type WranglerOptions = ReturnType<typeof workerOptionsOf>['workerOptions'];

export type BundledWorker = WranglerOptions & {
  name: 'throughline';
  modules: true;
  script: string;
};

/** Takes some seconds; leaves no file behind. */
export async function bundledWorker(): Promise<BundledWorker> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-bundle-'));
  try {
    await promisify(execFile)(
      process.execPath,
      [wranglerFile, 'deploy', '--dry-run', '--outdir', directory],
      { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' } },
    );
    const { workerOptions } = workerOptionsOf(join(root, 'wrangler.toml'));
    const script = await readFile(join(directory, 'index.js'), 'utf8');
    // How files are bundled says nothing any more: that has been done.
    delete workerOptions.modulesRules;
    return { ...workerOptions, name: 'throughline', modules: true, script };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
