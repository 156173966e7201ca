// The Worker as it would be deployed: bundled by wrangler, with the bindings of wrangler.toml, for Miniflare's API.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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
  const script = await bundledBy(join(root, 'wrangler.toml'), 'index.js');
  const { workerOptions } = workerOptionsOf(join(root, 'wrangler.toml'));
  // How files are bundled says nothing any more: that has been done.
  delete workerOptions.modulesRules;
  return { ...workerOptions, name: 'throughline', modules: true, script };
}

export const compatibility = {
  compatibilityDate: '2026-11-01',
  compatibilityFlags: ['nodejs_compat'],
};

/** Bundles a Worker of a test in the same way. */
export async function bundledScript(entry: URL): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-config-'));
  try {
    const config = join(directory, 'wrangler.json');
    await writeFile(
      config,
      JSON.stringify({
        name: 'of-a-test',
        main: fileURLToPath(entry),
        compatibility_date: compatibility.compatibilityDate,
        compatibility_flags: compatibility.compatibilityFlags,
      }),
    );
    return await bundledBy(config, `${basename(entry.pathname, '.ts')}.js`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function bundledBy(config: string, bundle: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'throughline-bundle-'));
  try {
    await promisify(execFile)(
      process.execPath,
      [wranglerFile, 'deploy', '--config', config, '--dry-run', '--outdir', directory],
      { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' } },
    );
    return await readFile(join(directory, bundle), 'utf8');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
