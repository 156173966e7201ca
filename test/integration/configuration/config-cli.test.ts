// `npm run config` as people use it: its own process, against the running Worker with its object and its KV.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../../demo/postgres/free-port.ts';
import { startWrangler } from '../../../demo/world/wrangler.ts';

let directory: string;
let wrangler: Awaited<ReturnType<typeof startWrangler>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'throughline-config-'));
  const environmentFile = join(directory, 'worker.env');
  const hash = createHash('sha256').update('token').digest('hex');
  await writeFile(environmentFile, `API_TOKEN_SHA256=${hash}\n`);
  const port = await freePort();
  wrangler = await startWrangler({
    directory: process.cwd(),
    arguments: [
      'dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--inspector-port',
      '0',
      '--persist-to',
      join(directory, 'cloudflare'),
      '--env-file',
      environmentFile,
      '--show-interactive-dev-session=false',
    ],
    port,
    readyPath: '/api/health',
    scheduledEveryMs: null,
  });
});

afterAll(async () => {
  await wrangler.stop();
  await rm(directory, { recursive: true, force: true });
});

type Run = { code: number; stdout: string; stderr: string };

function config(args: readonly string[], environment: Record<string, string> = {}): Promise<Run> {
  const env = { PATH: process.env['PATH'] ?? '', THROUGHLINE_API_TOKEN: 'token', ...environment };
  return new Promise((resolve) => {
    const command = ['scripts/configuration/cli.ts', ...args];
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const at = (command: string, file: string, ...more: string[]): Promise<Run> =>
  config([command, '--url', wrangler.url, '--file', join(directory, file), ...more]);

describe('a configuration in git', () => {
  test('is applied, compared, exported, and the same again', async () => {
    await copyFile('docs/examples/throughline.json', join(directory, 'own.json'));
    const before = await at('diff', 'own.json');
    expect([before.code, before.stderr]).toEqual([1, '']);
    expect(before.stdout).toMatch(/^\+ routes\.charge-card \{/m);
    const applied = await at('apply', 'own.json', '--note', 'from git', '--as', 'jane@example.com');
    expect(applied.stderr).toBe('');
    expect(applied.stdout).toMatch(/Stored as version 1\.\n$/);
    expect(await at('diff', 'own.json')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect((await at('apply', 'own.json')).stdout).toMatch(/^Nothing to change: version 1/);
    expect((await at('export', 'exported.json')).code).toBe(0);
    expect((await at('diff', 'exported.json')).code).toBe(0);
    const printed = await config(['export'], { THROUGHLINE_URL: wrangler.url });
    expect(printed.stdout).toBe(await readFile(join(directory, 'exported.json'), 'utf8'));
  });

  test('is refused by path, and nothing is stored', async () => {
    await writeFile(
      join(directory, 'wrong.json'),
      JSON.stringify({ format: 1, routes: { a: { destinations: ['https://x.example/'] } } }),
    );
    const run = await at('apply', 'wrong.json');
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(/routes\.a\.destinations\.0: .*matches no entry/);
  });
});

describe('trouble is told apart from differences', () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['no command', [], {}, /Say export, diff or apply/],
    ['no token', ['export', '--url', 'https://e.example'], { THROUGHLINE_API_TOKEN: '' }, /TOKEN/],
    ['no edge', ['export', '--url', 'edge.example'], {}, /--url https/],
    ['nobody there', ['export', '--url', 'http://127.0.0.1:1'], {}, /gave no answer/],
    ['no file', ['diff', '--url', 'https://e.example'], {}, /needs --file/],
    ['an option too many', ['diff', '--force'], {}, /--force/],
  ])('with %s', async (_what, args, environment, message) => {
    const run = await config(args, environment);
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toMatch(message);
  });

  test('with a token that is none, or a file that is no JSON', async () => {
    const wrongToken = { THROUGHLINE_API_TOKEN: 'other' };
    const denied = await config(['export', '--url', wrangler.url], wrongToken);
    expect([denied.code, denied.stderr]).toEqual([2, expect.stringMatching(/Not authorised/)]);
    await writeFile(join(directory, 'half.json'), '{"format": 1,');
    const half = await at('diff', 'half.json');
    expect([half.code, half.stderr]).toEqual([2, expect.stringMatching(/is no JSON/)]);
  });

  test('with a server that is no Throughline', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end('nothing'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const run = await config(['export', '--url', `http://127.0.0.1:${port}`]);
    server.close();
    expect([run.code, run.stderr]).toEqual([2, expect.stringMatching(/none of Throughline/)]);
  });
});
