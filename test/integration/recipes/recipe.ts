// Takes the code out of a recipe's page, finds out whether it can run on this machine, and runs it. It changes not a
// letter of the code.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../../demo/postgres/free-port.ts';

const run = promisify(execFile);

/** The code blocks of `docs/recipes/{page}.md` in a language, in their order. */
export async function codeOf(page: string, language: string): Promise<string[]> {
  const url = new URL(`../../../docs/recipes/${page}.md`, import.meta.url);
  const text = await readFile(url, 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, name, code = '']) => (name === language ? [code] : []));
}

export type Language = {
  page: string;
  /** The file that its code goes into. */
  file: string;
  /** What `probe` looks for. */
  needs: string;
  /** Fails where interpreter or driver are missing; installs nothing and asks no network. */
  probe: (directory: string) => Promise<unknown>;
  /** The program, after `probe` in the same directory. */
  command: readonly [string, ...string[]];
};

// Modules from this machine's cache only, whatever the proxy would say.
const goOffline = {
  ...process.env,
  GOPROXY: 'off',
  GOSUMDB: 'off',
  GOFLAGS: '-mod=mod',
  GOTOOLCHAIN: 'local',
};

export const languages: Record<string, Language> = {
  Python: {
    page: 'python',
    needs: 'psycopg 3',
    file: 'job.py',
    probe: () => run('python3', ['-c', 'import psycopg']),
    command: ['python3', '-u', 'job.py'],
  },
  Go: {
    page: 'go',
    needs: 'pgx 5.12.0 in the cache',
    file: 'main.go',
    probe: async (cwd) => {
      const options = { cwd, env: goOffline };
      await run('go', ['mod', 'init', 'job'], options);
      await run('go', ['get', 'github.com/jackc/pgx/v5@v5.12.0'], options);
      await run('go', ['build', '-o', 'job', '.'], options);
    },
    command: ['./job'],
  },
  Ruby: {
    page: 'ruby',
    needs: 'pg and webrick',
    file: 'job.rb',
    probe: () => run('ruby', ['-e', 'require "pg"; require "webrick"']),
    command: ['ruby', 'job.rb'],
  },
};

/** A directory with the recipe's code in it; null where it cannot run here, and `note` then says why. */
export async function prepare(
  language: Language,
): Promise<{ directory: string | null; note: string }> {
  const directory = await mkdtemp(join(tmpdir(), `recipe-${language.page}-`));
  const fence = language.file.replace(/^.*\./, '');
  const names: Record<string, string> = { py: 'python', go: 'go', rb: 'ruby' };
  const [code] = await codeOf(language.page, names[fence] ?? fence);
  if (code === undefined) throw new Error(`docs/recipes/${language.page}.md has no code.`);
  await writeFile(join(directory, language.file), code);
  try {
    await language.probe(directory);
    return { directory, note: '' };
  } catch {
    // Whatever it was, this machine cannot run it; the test's name says so.
    await rm(directory, { recursive: true, force: true });
    return { directory: null, note: `, left out for want of ${language.needs}` };
  }
}

export type Job = {
  /** Sends an event about an order, as the edge does; the answer's status. */
  send: (orderId: number, correlationId?: string) => Promise<number>;
  /** The lines it has logged, each a JSON object. */
  lines: () => Record<string, unknown>[];
  stop: () => Promise<void>;
};

/** Starts the recipe's job; it takes events once the promise resolves. */
export async function startJob(
  language: Language,
  directory: string,
  databaseUrl: string,
): Promise<Job> {
  const port = await freePort();
  const [program, ...rest] = language.command;
  const child = spawn(program, rest, {
    cwd: directory,
    env: { ...process.env, DATABASE_URL: databaseUrl, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let logged = '';
  child.stderr.on('data', (chunk) => (logged += String(chunk)));
  const url = `http://127.0.0.1:${port}/`;
  await untilListening(child, port, () => logged);
  return {
    send: async (orderId, correlationId) => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(correlationId !== undefined && { 'x-correlation-id': correlationId }),
        },
        body: JSON.stringify({
          event: { op: 'INSERT', data: { old: null, new: { id: orderId } } },
        }),
      });
      await answer.text();
      return answer.status;
    },
    lines: () =>
      logged
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilListening(
  child: ChildProcess,
  port: number,
  logged: () => string,
): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The recipe ended by itself:\n${logged()}`);
    const isListening = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isListening) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
