// The job kit as it is published: packed, unpacked beside nothing else, run by Node, typed for Node and for Workers.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const tsc = join(root, 'node_modules/.bin/tsc');
const id = 'order_placed.reserve-stock.01a20ed5-79e3-8349-97d2-cd0123456789';

let home: string;
let files: string[];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'throughline-job-'));
  const pack = ['pack', '--json', '--workspace', 'throughline', '--pack-destination', home];
  const { stdout } = await run('npm', pack, { cwd: root });
  // npm 11 answers with a list, later ones with an object by name.
  const [packed] = Object.values(JSON.parse(stdout)) as [
    { filename: string; files: { path: string }[] },
  ];
  files = packed.files.map(({ path }) => path);
  const installed = join(home, 'node_modules/throughline');
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', join(home, packed.filename), '-C', installed, '--strip-components=1']);
  await writeFile(join(home, 'package.json'), '{"type": "module"}');
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe('the package throughline', () => {
  it('holds what it was built from in JavaScript and types, and depends on nothing', async () => {
    const manifest = JSON.parse(
      await readFile(join(home, 'node_modules/throughline/package.json'), 'utf8'),
    );
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('peerDependencies');
    expect(manifest).not.toHaveProperty('scripts.postinstall');
    expect(files.filter((path) => !/\.(js|d\.ts)$/.test(path)).toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    for (const path of files.filter((name) => name.endsWith('.js'))) {
      const text = await readFile(join(home, 'node_modules/throughline', path), 'utf8');
      const imported = [...text.matchAll(/^(?:import|export) .* from '([^']+)';$/gm)].map(
        ([, name = '']) => name,
      );
      for (const name of imported) expect(name).toMatch(/^(\.{1,2}\/.*\.js|node:async_hooks)$/);
    }
  });

  it('is run by Node from where it was installed', async () => {
    await writeFile(
      join(home, 'job.js'),
      `import { currentCorrelationId, withCorrelation } from 'throughline/job';
       const handler = withCorrelation(async (event) => {
         await new Promise(setImmediate);
         return currentCorrelationId();
       });
       console.log(await handler({ headers: { 'X-Correlation-Id': '${id}' } }));`,
    );
    const { stdout } = await run(process.execPath, ['job.js'], { cwd: home });
    expect(stdout.trim()).toBe(id);
  });

  it.each([
    ['Node', 'NodeNext', 'node'],
    ['bundlers', 'Bundler', 'node'],
    ['Workers', 'Bundler', '@cloudflare/workers-types'],
  ])('is typed for %s, with every check of the compiler', async (_name, resolution, types) => {
    await writeFile(
      join(home, 'job.ts'),
      `import { correlatedFetch, currentCorrelationId, useCorrelation, withCorrelation } from 'throughline/job';
       const call: typeof fetch = correlatedFetch({ origins: ['https://edge.example.com'] });
       declare const client: { query(sql: string, values: string[]): Promise<number> };
       const handler: (request: Request, more: number) => Promise<string | null> = withCorrelation(
         async (request, more) => {
           await useCorrelation(client);
           await call(request.url + more.toFixed(1));
           return currentCorrelationId();
         });
       export default handler;
       // @ts-expect-error what is no transaction is refused
       await useCorrelation({});`,
    );
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
      target: 'ES2022',
      lib: ['ES2022'],
      module: resolution === 'NodeNext' ? 'NodeNext' : 'ESNext',
      moduleResolution: resolution,
      types: [types],
      typeRoots: [join(root, 'node_modules/@types'), join(root, 'node_modules')],
    };
    await writeFile(
      join(home, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['job.ts'] }),
    );
    const compiled = await run(tsc, ['--project', home], { cwd: home }).catch(
      (error: { stdout?: string }) => error,
    );
    expect(compiled.stdout).toBe('');
  });
});
